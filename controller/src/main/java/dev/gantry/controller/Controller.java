package dev.gantry.controller;

import dev.gantry.controller.aws.AccessKey;
import dev.gantry.controller.aws.ApiMetrics;
import dev.gantry.controller.aws.AuditFile;
import dev.gantry.controller.aws.Authenticator;
import dev.gantry.controller.aws.Caller;
import dev.gantry.controller.aws.FrontDoor;
import dev.gantry.controller.aws.PageTokens;
import dev.gantry.controller.dispatch.AgentServer;
import dev.gantry.controller.dispatch.Fence;
import dev.gantry.controller.dispatch.NodeLiveness;
import dev.gantry.controller.dispatch.TaskDesk;
import dev.gantry.controller.ecs.EcsDrafts;
import dev.gantry.controller.ecs.EcsFrontEnd;
import dev.gantry.controller.ecs.EcsParts;
import dev.gantry.controller.ecs.EcsSetup;
import dev.gantry.controller.ecs.SpotInterruptions;
import dev.gantry.controller.ecs.capacity.CapacityReconciler;
import dev.gantry.controller.ecs.compile.DaemonTasks;
import dev.gantry.controller.ecs.compile.ServiceTasks;
import dev.gantry.controller.ecs.compile.TaskCompiler;
import dev.gantry.controller.ecs.compile.TaskDrafts;
import dev.gantry.controller.ecs.document.Arns;
import dev.gantry.controller.ecs.document.EcsLookup;
import dev.gantry.controller.ecs.events.EventProjector;
import dev.gantry.controller.ecs.events.EventReader;
import dev.gantry.controller.ecs.events.EventSettings;
import dev.gantry.controller.ecs.events.EventTail;
import dev.gantry.controller.ecs.rollout.DaemonsFirst;
import dev.gantry.controller.ecs.rollout.RolloutSettings;
import dev.gantry.controller.ecs.rollout.ServiceReconciler;
import dev.gantry.controller.http.Edge;
import dev.gantry.controller.http.Routes;
import dev.gantry.controller.identity.JoinTokens;
import dev.gantry.controller.kube.autoscale.AutoscalerReconciler;
import dev.gantry.controller.kube.disruption.BudgetAllowances;
import dev.gantry.controller.kube.pod.NamespaceSelection;
import dev.gantry.controller.kube.registry.Creation;
import dev.gantry.controller.kube.service.ClaimReconciler;
import dev.gantry.controller.leadership.Candidate;
import dev.gantry.controller.leadership.Leadership;
import dev.gantry.controller.leadership.LeadershipSettings;
import dev.gantry.controller.leadership.Roster;
import dev.gantry.controller.lifecycle.Expiries;
import dev.gantry.controller.lifecycle.Expiry;
import dev.gantry.controller.lifecycle.RetentionReconciler;
import dev.gantry.controller.lifecycle.WorkloadReconciler;
import dev.gantry.controller.nodes.Heartbeats;
import dev.gantry.controller.nodes.NodeReconciler;
import dev.gantry.controller.nodes.NodeSettings;
import dev.gantry.controller.operations.OperationsApi;
import dev.gantry.controller.reconcile.LoopEnvironment;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.scheduler.PlacementForecast;
import dev.gantry.controller.scheduler.SchedulerReconciler;
import dev.gantry.controller.ssm.DataChannel;
import dev.gantry.store.Backend;
import dev.gantry.store.ImageStore;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGeneratorFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One controller process: serves the APIs at once, and decides while it leads. */
public final class Controller implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Controller.class);
    private static final int WORKERS = 4;
    private static final long AUDIT_BYTES_MAX = 64L << 20;
    private static final int AUDIT_FILES = 8;

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final ControllerSettings settings;
    private final Chance chance;
    private final PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final ImageStore store;
    private final Identity identity;
    private final JoinTokens tokens;
    private final Endpoints endpoints;
    private final EventTail events;

    private Controller(ControllerSettings settings, Backend backend, Chance chance)
            throws IOException, InterruptedException {
        this.settings = settings;
        this.chance = chance;
        try {
            ProcessMeters.bind(meters).forEach(this::own);
            this.store = own(ImageStore.open(backend, Kinds.ALL, Kinds.INDEXES));
            // Before anything happens that is an event.
            this.events = own(new EventTail(store, store::history, chance.clock()));
            this.identity = Identity.open(settings, store, chance);
            this.tokens = new JoinTokens(store, identity.authority(), chance.clock(), chance.secure());
            Lead lead = new Lead();
            EcsParts ecsParts = ecsParts();
            EcsFrontEnd ecs = EcsFrontEnd.of(ecsParts);
            AuditFile audit =
                    own(new AuditFile(settings.dataDirectory().resolve("audit.log"), AUDIT_BYTES_MAX, AUDIT_FILES));
            AgentServer agents = own(agentServer(lead, taskDesk(ecs, audit)));
            Edge edge = own(new Edge(identity.edge(settings), routes(ecs, agents, audit), chance::requestId));
            edge.start();
            EcsSetup.defaultCluster(store, settings.cluster(), chance.clock().instant());
            Creation creation = KubeFrontEnd.creation(identity, new EcsDrafts(ecsParts, ecs), chance);
            KubeFrontEnd kube = own(KubeFrontEnd.start(settings, identity, creation, store, agents, chance));
            // All agents of a fleet come at once, and whoever asks a question shall not wait for them.
            agents.listen();
            this.endpoints = Endpoints.of(settings.listening(), edge.port(), agents.port(), identity.tls());
            Loops loops = own(loops(lead, agents, creation));
            Leadership leadership = own(leadership(loops));
            lead.begin(leadership);
            new Roster(store, settings.timing().exclusiveStore())
                    .enter(
                            endpoints.agentAddress(),
                            Endpoints.ipv4(settings.listening(), kube.port()),
                            chance.clock().instant());
            leadership.start();
        } catch (IOException | InterruptedException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * Starts a controller; it serves when this returns.
     *
     * @param backend stays open when the controller is closed
     * @throws IOException when a port or a file cannot be used
     */
    public static Controller start(ControllerSettings settings, Backend backend, Chance chance)
            throws IOException, InterruptedException {
        return new Controller(settings, backend, chance);
    }

    public Endpoints endpoints() {
        return endpoints;
    }

    public Identity identity() {
        return identity;
    }

    /** Admits so many nodes of the same process; others ask through the API. */
    public String joinToken(Duration life, int uses) throws InterruptedException {
        return tokens.issue(life, uses);
    }

    /** Whether a node has registered and is heard of. */
    public boolean isReady(String nodeId) {
        return store.snapshot()
                .get(Kinds.NODE.key("", nodeId))
                .map(node -> node.value().getReadiness() == dev.gantry.proto.Readiness.READY)
                .orElse(false);
    }

    /** Whether somebody took the node out of its cluster: then its machine can only come back as a new node. */
    public boolean isDeregistered(String nodeId) {
        return store.snapshot()
                .get(Kinds.NODE.key("", nodeId))
                .map(node -> node.value().getAdministration() == dev.gantry.proto.Administration.DEREGISTERED)
                .orElse(false);
    }

    @Override
    public void close() {
        while (!parts.isEmpty()) {
            AutoCloseable part = parts.pop();
            try {
                part.close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (Exception e) {
                LOG.warn("{} did not stop cleanly", part, e);
            }
        }
    }

    private <T extends AutoCloseable> T own(T part) {
        parts.push(part);
        return part;
    }

    /** Tasks are callers of their own account. */
    private TaskDesk taskDesk(EcsFrontEnd ecs, AuditFile audit) {
        ControllerSettings.Access access = settings.access();
        Arns arns = arns();
        return new TaskAnswers(
                ecs,
                (task, requestId) -> new Caller(access.account(), access.region(), task, requestId),
                arns::task,
                audit,
                chance.clock(),
                chance::requestId);
    }

    private AgentServer agentServer(Lead lead, TaskDesk tasks) throws IOException, InterruptedException {
        ControllerSettings.Listening listening = settings.listening();
        NodeSettings nodes = nodeSettings(settings.timing());
        return new AgentServer(
                new AgentServer.Settings(
                        new InetSocketAddress(listening.address(), listening.agentPort()),
                        identity.server(),
                        identity.clusterUid(),
                        AgentServer.HEARTBEAT_INTERVAL,
                        new Fence(nodes.fence(), nodes.fenceStop())),
                new AgentServer.Parts(
                        store, lead, identity.authority(), tokens, chance.clock(), chance.secure(), meters, tasks));
    }

    private Routes routes(EcsFrontEnd ecs, AgentServer agents, AuditFile audit)
            throws IOException, InterruptedException {
        Arns arns = arns();
        Authenticator authenticator = authenticator();
        Routes routes = new Routes();
        routes.answer(
                "/",
                new FrontDoor(
                        List.of(ecs),
                        new FrontDoor.Surroundings(
                                authenticator, audit, new ApiMetrics(meters), chance.clock(), chance::requestId)));
        new OperationsApi(new OperationsApi.Parts(
                        store,
                        new PlacementAnswers(new NamespaceSelection()),
                        (snapshot, request) -> new TaskDrafts(new EcsLookup(arns), new TaskCompiler(arns))
                                .draft(snapshot, request, chance.clock().instant()),
                        agents.channels(),
                        new EventAnswers(new EventReader(arns)),
                        tokens,
                        new SpotAnswers(new SpotInterruptions(ecsParts())),
                        new OperatorAdmission(
                                request -> authenticator.authenticate(request).principalArn(),
                                audit,
                                chance.clock(),
                                chance::requestId),
                        chance.clock(),
                        new OperationsApi.About(
                                Version.TEXT, chance.controllerId(), identity.clusterUid(), settings.allowReset()),
                        () -> EcsSetup.defaultCluster(
                                store, settings.cluster(), chance.clock().instant())))
                .mount(routes);
        new DataChannel(new DataChannel.Parts(
                        store,
                        agents.channels(),
                        chance.clock(),
                        () -> UUID.fromString(chance.requestId()),
                        new SessionTrace(audit, chance.clock())))
                .mount(routes);
        new Probes(store, meters).mount(routes);
        return routes;
    }

    private EcsParts ecsParts() {
        return new EcsParts(
                store,
                arns(),
                chance.clock(),
                chance::id,
                chance::deploymentId,
                EcsAnswers.pages(new PageTokens(identity.pageTokenKey())),
                EcsAnswers.preview(new PlacementForecast(
                        RandomGeneratorFactory.of("L64X128MixRandom").create(chance.seed()))),
                EcsAnswers.filter());
    }

    private Authenticator authenticator() {
        ControllerSettings.Access access = settings.access();
        AccessKey root = AccessKey.lasting(
                identity.root().accessKeyId(),
                identity.root().secretAccessKey(),
                "arn:aws:iam::" + access.account() + ":root");
        return new Authenticator(
                new Authenticator.Realm(
                        access.account(),
                        access.region(),
                        access.signed() ? Authenticator.Mode.SIGV4 : Authenticator.Mode.NONE),
                id -> id.equals(root.id()) ? Optional.of(root) : Optional.empty(),
                chance.clock(),
                chance::requestId);
    }

    private Loops loops(Lead lead, AgentServer agents, Creation creation) {
        Arns arns = arns();
        ControllerSettings.Timing timing = settings.timing();
        ServiceTasks tasks = new ServiceTasks(new EcsLookup(arns), new TaskCompiler(arns));
        DaemonTasks daemonTasks = new DaemonTasks(new EcsLookup(arns), new TaskCompiler(arns));
        Loops loops = new Loops(new LoopEnvironment(store, lead::guard, chance.clock(), chance::fraction, meters))
                .add(
                        new SchedulerReconciler(
                                RandomGeneratorFactory.of("L64X128MixRandom").create(chance.seed()),
                                SchedulerReconciler.STANDALONE_WAIT,
                                new NamespaceSelection(),
                                new BudgetAllowances()),
                        1)
                .add(new NodeReconciler(heartbeats(agents.liveness()), nodeSettings(timing)), 1)
                .add(new WorkloadReconciler(), WORKERS)
                .add(new ClaimReconciler(), WORKERS)
                .add(
                        new ServiceReconciler(
                                tasks::task, RolloutSettings.defaults().withSettle(timing.settle())),
                        WORKERS)
                .add(
                        ServiceReconciler.ofDaemons(
                                daemonTasks::task, RolloutSettings.defaults().withSettle(timing.settle())),
                        1)
                .add(new DaemonsFirst(tasks::task, daemonTasks::task), 1)
                .add(new CapacityReconciler(), 1)
                .add(new EventProjector(events, EventSettings.within(timing.history())), 1);
        loops.add(new AutoscalerReconciler(agents.samples()), 1);
        KubePlanners.ofPods(identity.serviceAccountTokens(chance)).forEach(planner -> loops.add(planner, WORKERS));
        KubePlanners.ofObjects(creation).forEach(planner -> loops.add(planner, WORKERS));
        for (Expiry<?> expiry : Expiries.of(timing.history(), timing.history())) {
            loops.add(new RetentionReconciler<>(expiry), 1);
        }
        return loops;
    }

    private Leadership leadership(Loops loops) {
        LeadershipSettings defaults = LeadershipSettings.defaults();
        return new Leadership(
                store,
                new Candidate(chance.controllerId(), endpoints.apiUrl(), endpoints.agentAddress()),
                settings.timing().exclusiveStore() ? defaults.exclusively() : defaults,
                chance::moment,
                chance::fraction,
                meters,
                List.of(loops));
    }

    private Arns arns() {
        return new Arns(settings.access().region(), settings.access().account());
    }

    private static NodeSettings nodeSettings(ControllerSettings.Timing timing) {
        NodeSettings defaults = NodeSettings.defaults();
        Duration lost = timing.lostAfter();
        // A short lost-after leaves proportionally less time to what must have happened before it.
        Duration fence = min(defaults.fence(), lost.multipliedBy(3).dividedBy(5));
        Duration fenceStop = min(defaults.fenceStop(), lost.dividedBy(5));
        return new NodeSettings(
                timing.unreachableAfter(),
                lost,
                lost.plus(defaults.leaderLease()),
                defaults.leaderLease(),
                fence,
                fenceStop,
                defaults.retention());
    }

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private static Heartbeats heartbeats(NodeLiveness liveness) {
        return new Heartbeats() {
            @Override
            public Optional<Instant> lastHeard(String nodeId) {
                return liveness.lastHeard(nodeId);
            }

            @Override
            public Instant confirmedSince() {
                return liveness.confirmedSince();
            }
        };
    }
}
