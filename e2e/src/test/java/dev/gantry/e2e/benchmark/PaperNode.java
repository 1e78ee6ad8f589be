package dev.gantry.e2e.benchmark;

import dev.gantry.agent.Leash;
import dev.gantry.agent.Routing;
import dev.gantry.agent.Sink;
import dev.gantry.agent.Source;
import dev.gantry.agent.Workshop;
import dev.gantry.agent.connection.AgentLink;
import dev.gantry.agent.connection.HostPort;
import dev.gantry.agent.connection.LinkTiming;
import dev.gantry.agent.connection.Membership;
import dev.gantry.agent.connection.NewestUsage;
import dev.gantry.agent.connection.NodeIdentity;
import dev.gantry.agent.connection.ReportQueue;
import dev.gantry.proto.ContainerStatus;
import dev.gantry.proto.DesiredWorkload;
import dev.gantry.proto.Health;
import dev.gantry.proto.NodeInfo;
import dev.gantry.proto.Observation;
import dev.gantry.proto.OpenChannel;
import dev.gantry.proto.Phase;
import dev.gantry.proto.RunState;
import dev.gantry.proto.WorkloadReport;
import dev.gantry.proto.WorkloadSpec;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A node with the agent's real connection and containers of paper: what it is told to run runs at once. */
final class PaperNode implements Workshop, AutoCloseable {

    private static final String DIGEST = "sha256:" + "0123456789abcdef".repeat(4);

    private final InstantSource clock = InstantSource.system();
    private final ReportQueue reports = new ReportQueue();
    private final Map<String, WorkloadReport> seen = new HashMap<>();
    private final NodeInfo info;
    private final AgentLink link;
    private int running;

    /** @param directory holds the identity already */
    PaperNode(Path directory, NodeInfo info, String controller, SecureRandom chance) {
        this.info = info;
        NodeIdentity identity = new Membership(directory, clock, chance).obtain(Optional.empty());
        this.link = new AgentLink(
                new AgentLink.Settings(directory, List.of(HostPort.parse(controller)), LinkTiming.DEFAULT),
                identity,
                new AgentLink.Parts(
                        this, Leash.NONE, Routing.NONE, reports, new NewestUsage(), clock, System::nanoTime, chance));
    }

    void start() {
        link.start();
    }

    boolean isConnected() {
        return link.isConnected();
    }

    String id() {
        return link.nodeId();
    }

    synchronized int running() {
        return running;
    }

    /** Names of tasks that run here. */
    synchronized List<String> tasks() {
        return seen.values().stream()
                .filter(report -> report.getObserved().getPhase() == Phase.RUNNING)
                .map(WorkloadReport::getId)
                .toList();
    }

    /** Turns the health of a task from unknown to healthy, or back. */
    synchronized void turn(String task) {
        seen.values().stream()
                .filter(report -> report.getId().equals(task))
                .findFirst()
                .ifPresent(this::turn);
    }

    /** Turns all of them, until so many reports were made. */
    synchronized int turnAll(int most) {
        List<WorkloadReport> all = seen.values().stream().limit(most).toList();
        all.forEach(this::turn);
        return all.size();
    }

    private void turn(WorkloadReport before) {
        Health health = before.getObserved().getHealth() == Health.HEALTHY ? Health.HEALTH_UNKNOWN : Health.HEALTHY;
        WorkloadReport.Builder after = before.toBuilder();
        after.getObservedBuilder().setHealth(health).getContainersBuilder(0).setHealth(health);
        say(after.build());
    }

    @Override
    public NodeInfo describe() {
        return info;
    }

    @Override
    public synchronized void obey(Collection<DesiredWorkload> everything) {
        Set<String> wanted = new HashSet<>();
        for (DesiredWorkload workload : everything) {
            String name = workload.getScope() + "/" + workload.getId();
            wanted.add(name);
            WorkloadReport before = seen.get(name);
            if (workload.getSettled()) {
                forget(name);
            } else if (workload.getDesired() == RunState.STOP) {
                if (before == null || before.getObserved().getPhase() != Phase.STOPPED) {
                    say(stopped(workload));
                }
            } else if (before == null) {
                say(started(workload.getScope(), workload.getId(), workload.getSpec(), clock.millis()));
            }
        }
        List.copyOf(seen.keySet()).stream()
                .filter(name -> !wanted.contains(name))
                .forEach(this::forget);
    }

    private void say(WorkloadReport report) {
        WorkloadReport before = seen.put(report.getScope() + "/" + report.getId(), report);
        running += count(report) - count(before);
        reports.report(report);
    }

    private void forget(String name) {
        running -= count(seen.remove(name));
    }

    private static int count(@org.jspecify.annotations.Nullable WorkloadReport report) {
        return report != null && report.getObserved().getPhase() == Phase.RUNNING ? 1 : 0;
    }

    static WorkloadReport started(String scope, String id, WorkloadSpec spec, long now) {
        Observation.Builder observed = Observation.newBuilder()
                .setPhase(Phase.RUNNING)
                .setPullStartedAtMs(now)
                .setPullStoppedAtMs(now)
                .setStartedAtMs(now)
                .addContainers(ContainerStatus.newBuilder()
                        .setName(spec.getContainers(0).getName())
                        .setRuntimeId(id + id)
                        .setImageDigest(DIGEST)
                        .setPhase(Phase.RUNNING)
                        .setStartedAtMs(now));
        return WorkloadReport.newBuilder()
                .setScope(scope)
                .setId(id)
                .setObserved(spec.hasPod() ? ready(observed, id, now) : observed)
                .build();
    }

    /** What agents say of a pod beside: its address, and that it serves. */
    private static Observation.Builder ready(Observation.Builder observed, String id, long now) {
        int host = id.hashCode();
        observed.addAddresses("10.42." + (host >>> 8 & 0xFF) + "." + (host & 0xFF));
        observed.getContainersBuilder(0).setStarted(true).setReady(true).setReadySinceMs(now);
        return observed;
    }

    private WorkloadReport stopped(DesiredWorkload workload) {
        long now = clock.millis();
        return WorkloadReport.newBuilder()
                .setScope(workload.getScope())
                .setId(workload.getId())
                .setObserved(Observation.newBuilder()
                        .setPhase(Phase.STOPPED)
                        .setStoppingAtMs(now)
                        .setExecutionStoppedAtMs(now)
                        .setStoppedAtMs(now))
                .build();
    }

    @Override
    public void reportAgain() {
        List<WorkloadReport> all;
        synchronized (this) {
            all = new ArrayList<>(seen.values());
        }
        all.forEach(reports::report);
    }

    @Override
    public void serve(OpenChannel request, Source input, Sink output) {}

    @Override
    public void close() throws InterruptedException {
        link.close();
    }
}
