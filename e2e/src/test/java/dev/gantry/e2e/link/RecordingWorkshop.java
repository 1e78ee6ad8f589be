package dev.gantry.e2e.link;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import dev.gantry.agent.Reporter;
import dev.gantry.agent.Sink;
import dev.gantry.agent.Source;
import dev.gantry.agent.Workshop;
import dev.gantry.proto.ContainerStats;
import dev.gantry.proto.DesiredWorkload;
import dev.gantry.proto.ExecRequest;
import dev.gantry.proto.Finished;
import dev.gantry.proto.Frame;
import dev.gantry.proto.LogsRequest;
import dev.gantry.proto.NodeInfo;
import dev.gantry.proto.Observation;
import dev.gantry.proto.OpenChannel;
import dev.gantry.proto.Phase;
import dev.gantry.proto.Resources;
import dev.gantry.proto.WorkloadReport;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** A workshop without containers: remembers what it was told, and reports what it is told to. */
final class RecordingWorkshop implements Workshop {

    final List<Map<String, DesiredWorkload>> obeyed = new CopyOnWriteArrayList<>();
    final AtomicInteger reportedAgain = new AtomicInteger();
    final CountDownLatch silentLogInterrupted = new CountDownLatch(1);
    private final Reporter reporter;
    private final Map<String, WorkloadReport> seen = new TreeMap<>();

    RecordingWorkshop(Reporter reporter) {
        this.reporter = reporter;
    }

    synchronized void see(String id, Phase phase) {
        WorkloadReport report = WorkloadReport.newBuilder()
                .setScope("default")
                .setId(id)
                .setObserved(Observation.newBuilder()
                        .setPhase(phase)
                        .setStoppedAtMs(phase == Phase.STOPPED ? Long.MAX_VALUE / 4 : 0))
                .build();
        seen.put(id, report);
        reporter.report(report);
    }

    Map<String, DesiredWorkload> desired() {
        return obeyed.isEmpty() ? Map.of() : obeyed.getLast();
    }

    @Override
    public NodeInfo describe() {
        return NodeInfo.newBuilder()
                .setName("machine")
                .setCluster("default")
                .setCapacity(Resources.newBuilder().setCpuUnits(2048))
                .build();
    }

    @Override
    public void obey(Collection<DesiredWorkload> everything) {
        Map<String, DesiredWorkload> byId = new TreeMap<>();
        everything.forEach(workload -> byId.put(workload.getId(), workload));
        obeyed.add(byId);
    }

    @Override
    public void reportAgain() {
        reportedAgain.incrementAndGet();
        List<WorkloadReport> all;
        synchronized (this) {
            all = new ArrayList<>(seen.values());
        }
        all.forEach(reporter::report);
    }

    @Override
    public void serve(OpenChannel request, Source input, Sink output) throws InterruptedException {
        switch (request.getRequestCase()) {
            case LOGS -> logs(request.getLogs(), output);
            case EXEC -> exec(request.getExec(), input, output);
            case STATS -> stats(output);
            default -> throw new IllegalArgumentException("nothing else is served here");
        }
    }

    private void logs(LogsRequest request, Sink sink) throws InterruptedException {
        for (int line = 0; line < request.getTail(); line++) {
            sink.send(Frame.newBuilder()
                    .setStdout(ByteString.copyFromUtf8("line " + line + "\n"))
                    .build());
        }
        if (request.getFollow()) {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                silentLogInterrupted.countDown();
                throw e;
            }
        }
    }

    private void exec(ExecRequest request, Source input, Sink output) throws InterruptedException {
        if (request.getCommandList().isEmpty()) {
            throw new IllegalArgumentException("there is no command");
        }
        for (Optional<Frame> frame = input.next(); frame.isPresent(); frame = input.next()) {
            if (frame.get().getStdinClosed()) {
                break;
            }
            String typed = frame.get().getStdin().toString(UTF_8);
            output.send(Frame.newBuilder()
                    .setStdout(ByteString.copyFromUtf8("echo " + typed))
                    .build());
        }
        output.send(Frame.newBuilder()
                .setFinished(Finished.newBuilder().setExitCode(7))
                .build());
    }

    private static void stats(Sink sink) throws InterruptedException {
        sink.send(Frame.newBuilder()
                .setStats(ContainerStats.newBuilder().setContainer("web").setMemoryBytes(1024))
                .build());
    }
}
