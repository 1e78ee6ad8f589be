package dev.gantry.controller.resource;

import dev.gantry.proto.Administration;
import dev.gantry.proto.ControllerEntry;
import dev.gantry.proto.EcsAccountSettings;
import dev.gantry.proto.EcsCapacityProvider;
import dev.gantry.proto.EcsCluster;
import dev.gantry.proto.EcsFamily;
import dev.gantry.proto.EcsService;
import dev.gantry.proto.EcsServiceDeployment;
import dev.gantry.proto.EcsServiceRevision;
import dev.gantry.proto.EcsTaskDefinition;
import dev.gantry.proto.Event;
import dev.gantry.proto.EventCursor;
import dev.gantry.proto.EventSegment;
import dev.gantry.proto.ExecSession;
import dev.gantry.proto.Idempotency;
import dev.gantry.proto.IngressRoute;
import dev.gantry.proto.JoinToken;
import dev.gantry.proto.KubeObject;
import dev.gantry.proto.KubePod;
import dev.gantry.proto.Leader;
import dev.gantry.proto.NetworkClaim;
import dev.gantry.proto.NetworkPolicy;
import dev.gantry.proto.Node;
import dev.gantry.proto.PodName;
import dev.gantry.proto.RunState;
import dev.gantry.proto.SealedSecret;
import dev.gantry.proto.ServiceRoute;
import dev.gantry.proto.Workload;
import dev.gantry.store.Index;
import dev.gantry.store.Key;
import dev.gantry.store.Kind;
import dev.gantry.store.Versioned;
import java.util.List;
import java.util.function.Function;

/** Every kind of record there is, and how records are found. */
public final class Kinds {

    /** Scope: the ECS cluster's name. */
    public static final Kind<Workload> WORKLOAD = new Kind<>("workload", Workload.parser(), new SharedParts());

    /** No scope; named by the node's id. */
    public static final Kind<Node> NODE = new Kind<>("node", Node.parser());

    public static final Kind<Leader> LEADER = new Kind<>("leader", Leader.parser());

    /** No scope; named by the address. */
    public static final Kind<ControllerEntry> CONTROLLER = new Kind<>("controller", ControllerEntry.parser());

    public static final Kind<JoinToken> JOIN_TOKEN = new Kind<>("join-token", JoinToken.parser());
    public static final Kind<SealedSecret> SEALED_SECRET = new Kind<>("sealed-secret", SealedSecret.parser());
    public static final Kind<Idempotency> IDEMPOTENCY = new Kind<>("idempotency", Idempotency.parser());

    /**
     * Scope: the path of what it is about, for example {@code ecs-service/default/web}; named by
     * number.
     */
    public static final Kind<Event> EVENT = new Kind<>("event", Event.parser());

    public static final Kind<EcsCluster> ECS_CLUSTER = new Kind<>("ecs-cluster", EcsCluster.parser());
    public static final Kind<EcsFamily> ECS_FAMILY = new Kind<>("ecs-family", EcsFamily.parser());

    /** Scope: the family; named by the revision in eight digits, so that names sort as numbers. */
    public static final Kind<EcsTaskDefinition> ECS_TASK_DEFINITION =
            new Kind<>("ecs-task-definition", EcsTaskDefinition.parser());

    public static final Kind<EcsFamily> ECS_DAEMON_FAMILY = new Kind<>("ecs-daemon-family", EcsFamily.parser());

    /** As {@link #ECS_TASK_DEFINITION}. */
    public static final Kind<EcsTaskDefinition> ECS_DAEMON_TASK_DEFINITION =
            new Kind<>("ecs-daemon-task-definition", EcsTaskDefinition.parser());

    /** Scope: the cluster's name. */
    public static final Kind<EcsService> ECS_SERVICE = new Kind<>("ecs-service", EcsService.parser());

    /** Managed daemons. Scope: the cluster's name; named {@code daemon:<name>}, which no service can be named. */
    public static final Kind<EcsService> ECS_DAEMON = new Kind<>("ecs-daemon", EcsService.parser());

    /** No scope; named by the provider. */
    public static final Kind<EcsCapacityProvider> ECS_CAPACITY_PROVIDER =
            new Kind<>("ecs-capacity-provider", EcsCapacityProvider.parser());
    /** Scope: {@code <cluster>/<service>}; named by its id. */
    public static final Kind<EcsServiceDeployment> ECS_SERVICE_DEPLOYMENT =
            new Kind<>("ecs-service-deployment", EcsServiceDeployment.parser());

    /** Scope: {@code <cluster>/<service>}; named by its id. */
    public static final Kind<EcsServiceRevision> ECS_SERVICE_REVISION =
            new Kind<>("ecs-service-revision", EcsServiceRevision.parser());

    public static final Kind<EcsAccountSettings> ECS_ACCOUNT_SETTINGS =
            new Kind<>("ecs-account-settings", EcsAccountSettings.parser());

    /**
     * Scope: {@code <cluster>/<group, or core>/<plural>/<namespace>}, the namespace empty for what has none; named by
     * {@code metadata.name}.
     */
    public static final Kind<KubeObject> KUBE_OBJECT = new Kind<>("kube-object", KubeObject.parser());

    /** Scope: {@link Pods#scope}; named by {@code metadata.name}. */
    public static final Kind<PodName> KUBE_POD_NAME = new Kind<>("kube-pod-name", PodName.parser());

    /** Scope: {@code <cluster>/<namespace>}; named by the service. */
    public static final Kind<ServiceRoute> SERVICE_ROUTE = new Kind<>("service-route", ServiceRoute.parser());

    /** Scope: {@code <cluster>/<namespace>}; named by the ingress. */
    public static final Kind<IngressRoute> INGRESS_ROUTE = new Kind<>("ingress-route", IngressRoute.parser());

    /** Scope: {@code <cluster>/<namespace>}; named by the policy. */
    public static final Kind<NetworkPolicy> NETWORK_POLICY = new Kind<>("network-policy", NetworkPolicy.parser());

    /** Scope: what is claimed; named by the address or port. */
    public static final Kind<NetworkClaim> NETWORK_CLAIM = new Kind<>("network-claim", NetworkClaim.parser());

    /** No scope; named by the session's id. */
    public static final Kind<ExecSession> EXEC_SESSION = new Kind<>("exec-session", ExecSession.parser());

    /** No scope; named by the number of its first event in nineteen digits, so that names sort as numbers. */
    public static final Kind<EventSegment> EVENT_SEGMENT = new Kind<>("event-segment", EventSegment.parser());

    public static final Kind<EventCursor> EVENT_CURSOR = new Kind<>("event-cursor", EventCursor.parser());

    public static final Key<EventCursor> EVENT_CURSOR_KEY = EVENT_CURSOR.key("", "ecs");

    public static final Key<Leader> LEADER_KEY = LEADER.key("", "controller");

    /** Workloads by the id of the node they were placed on, stopped ones included. */
    public static final Index<Workload> WORKLOADS_BY_NODE = new Index<>(
            "workloads-by-node",
            WORKLOAD,
            w -> oneUnlessEmpty(w.value().getPlacement().getNode()));

    /** Workloads that are not STOPPED, by the id of the node they were placed on. */
    public static final Index<Workload> LIVE_WORKLOADS_BY_NODE = new Index<>(
            "live-workloads-by-node",
            WORKLOAD,
            w -> Workloads.isStopped(w.value())
                    ? List.of()
                    : oneUnlessEmpty(w.value().getPlacement().getNode()));

    /** Workloads by {@link Workload#getOwner owner}, stopped ones included. */
    public static final Index<Workload> WORKLOADS_BY_OWNER = new Index<>(
            "workloads-by-owner", WORKLOAD, w -> oneUnlessEmpty(w.value().getOwner()));

    /** Workloads that are not STOPPED, by owner. */
    public static final Index<Workload> LIVE_WORKLOADS_BY_OWNER = new Index<>(
            "live-workloads-by-owner",
            WORKLOAD,
            w -> Workloads.isStopped(w.value())
                    ? List.of()
                    : oneUnlessEmpty(w.value().getOwner()));

    /**
     * Workloads that stopped by themselves and whose owner has not taken note, by owner. It takes note by taking back its
     * wish that they run; so each is counted once, and those of days ago need not be looked through.
     */
    public static final Index<Workload> FALLEN_WORKLOADS_BY_OWNER = new Index<>(
            "fallen-workloads-by-owner",
            WORKLOAD,
            w -> Workloads.isStopped(w.value()) && w.value().getWish().getDesired() != RunState.STOP
                    ? oneUnlessEmpty(w.value().getOwner())
                    : List.of());

    /**
     * Workloads that are not STOPPED, by {@code scope + "/" + group}: what spread and
     * distinctInstance count.
     */
    public static final Index<Workload> LIVE_WORKLOADS_BY_GROUP = new Index<>(
            "live-workloads-by-group",
            WORKLOAD,
            w -> Workloads.isStopped(w.value())
                    ? List.of()
                    : List.of(w.key().scope() + "/" + w.value().getSpec().getGroup()));

    /** Workloads by {@link Workloads#stage}: {@code unplaced}, {@code live} or {@code stopped}. */
    public static final Index<Workload> WORKLOADS_BY_STAGE = new Index<>(
            "workloads-by-stage",
            WORKLOAD,
            w -> List.of(Workloads.stage(w.value()).name()));

    /** Workloads by scope and what ECS counts: {@code <scope>/running} or {@code <scope>/pending}; stopped ones are left out. */
    public static final Index<Workload> WORKLOADS_BY_PROGRESS =
            new Index<>("workloads-by-progress", WORKLOAD, w -> switch (Workloads.phase(w.value())) {
                case RUNNING -> List.of(w.key().scope() + "/running");
                case PHASE_UNSPECIFIED, PROVISIONING, PENDING, ACTIVATING ->
                    List.of(w.key().scope() + "/pending");
                default -> List.of();
            });

    /** Services of the scheduling strategy DAEMON that were not deleted, by cluster. */
    public static final Index<EcsService> DAEMON_SERVICES_BY_CLUSTER = new Index<>(
            "daemon-services-by-cluster",
            ECS_SERVICE,
            service -> service.value().getDaemon() && service.value().getStatus() != EcsService.Status.INACTIVE
                    ? List.of(service.key().scope())
                    : List.of());

    /** Nodes by the ECS cluster they serve. */
    public static final Index<Node> NODES_BY_CLUSTER = new Index<>(
            "nodes-by-cluster", NODE, n -> List.of(n.value().getInfo().getCluster()));

    /** Nodes that have joined and wait for what runs on every node, by ECS cluster. */
    public static final Index<Node> AWAITING_NODES_BY_CLUSTER = new Index<>(
            "awaiting-nodes-by-cluster",
            NODE,
            n -> n.value().getAwaitsDaemons() ? List.of(n.value().getInfo().getCluster()) : List.of());

    /** Nodes that take tasks, by {@code <ECS cluster>/<availability zone>}. */
    public static final Index<Node> OPEN_NODES_BY_ZONE = new Index<>(
            "open-nodes-by-zone",
            NODE,
            n -> Nodes.isOpen(n.value())
                    ? List.of(n.value().getInfo().getCluster() + "/" + Nodes.zone(n.value()))
                    : List.of());

    /** Nodes that somebody took out of service, by how; those in service are left out. */
    public static final Index<Node> NODES_BY_ADMINISTRATION = new Index<>(
            "nodes-by-administration",
            NODE,
            n -> n.value().getAdministration() == Administration.ACTIVE
                    ? List.of()
                    : List.of(n.value().getAdministration().name()));

    /** Objects of the Kubernetes API by {@code <cluster>/<group, or core>/<plural>}, whatever their namespace. */
    public static final Index<KubeObject> KUBE_OBJECTS_BY_RESOURCE =
            new Index<>("kube-objects-by-resource", KUBE_OBJECT, object -> {
                String scope = object.key().scope();
                return List.of(scope.substring(0, scope.lastIndexOf('/')));
            });

    /** Objects of the Kubernetes API by {@code <cluster>/<namespace>}, whatever their resource; not what has no namespace. */
    public static final Index<KubeObject> KUBE_OBJECTS_BY_NAMESPACE =
            new Index<>("kube-objects-by-namespace", KUBE_OBJECT, object -> {
                String scope = object.key().scope();
                String namespace = scope.substring(scope.lastIndexOf('/') + 1);
                return namespace.isEmpty() ? List.of() : List.of(kubeCluster(object) + "/" + namespace);
            });

    /** Objects of the Kubernetes API by {@code <cluster>/<uid>}. */
    public static final Index<KubeObject> KUBE_OBJECTS_BY_UID = new Index<>(
            "kube-objects-by-uid",
            KUBE_OBJECT,
            object -> List.of(kubeCluster(object) + "/" + object.value().getUid()));

    /** Objects of the Kubernetes API by {@code <cluster>/<uid of an owner>}. */
    public static final Index<KubeObject> KUBE_OBJECTS_BY_OWNER = new Index<>(
            "kube-objects-by-owner",
            KUBE_OBJECT,
            object -> object.value().getOwnerUidsList().stream()
                    .map(owner -> kubeCluster(object) + "/" + owner)
                    .toList());

    /** Pods that are shown, by cluster. */
    public static final Index<Workload> KUBE_PODS_BY_CLUSTER =
            pods("kube-pods-by-cluster", pod -> List.of(pod.getCluster()));

    /** Pods that are shown, by {@code <cluster>/<namespace>}. */
    public static final Index<Workload> KUBE_PODS_BY_NAMESPACE =
            pods("kube-pods-by-namespace", pod -> List.of(pod.getCluster() + "/" + pod.getNamespace()));

    /** Pods that are shown, by {@code <cluster>/<uid of an owner>}. */
    public static final Index<Workload> KUBE_PODS_BY_OWNER = pods(
            "kube-pods-by-owner",
            pod -> pod.getOwnerUidsList().stream()
                    .map(owner -> pod.getCluster() + "/" + owner)
                    .toList());

    /** Pods that are shown and that nobody owns, by {@code <cluster>/<namespace>}. */
    public static final Index<Workload> KUBE_FREE_PODS_BY_NAMESPACE = pods(
            "kube-free-pods-by-namespace",
            pod -> pod.getOwnerUidsCount() == 0 ? List.of(pod.getCluster() + "/" + pod.getNamespace()) : List.of());

    public static final List<Kind<?>> ALL = List.of(
            WORKLOAD,
            NODE,
            LEADER,
            CONTROLLER,
            JOIN_TOKEN,
            SEALED_SECRET,
            IDEMPOTENCY,
            EVENT,
            ECS_CLUSTER,
            ECS_FAMILY,
            ECS_TASK_DEFINITION,
            ECS_DAEMON_FAMILY,
            ECS_DAEMON_TASK_DEFINITION,
            ECS_SERVICE,
            ECS_DAEMON,
            ECS_SERVICE_DEPLOYMENT,
            ECS_SERVICE_REVISION,
            ECS_ACCOUNT_SETTINGS,
            ECS_CAPACITY_PROVIDER,
            KUBE_OBJECT,
            KUBE_POD_NAME,
            SERVICE_ROUTE,
            INGRESS_ROUTE,
            NETWORK_POLICY,
            NETWORK_CLAIM,
            EXEC_SESSION,
            EVENT_SEGMENT,
            EVENT_CURSOR);

    public static final List<Index<?>> INDEXES = List.of(
            WORKLOADS_BY_NODE,
            LIVE_WORKLOADS_BY_NODE,
            WORKLOADS_BY_OWNER,
            LIVE_WORKLOADS_BY_OWNER,
            FALLEN_WORKLOADS_BY_OWNER,
            LIVE_WORKLOADS_BY_GROUP,
            WORKLOADS_BY_STAGE,
            WORKLOADS_BY_PROGRESS,
            DAEMON_SERVICES_BY_CLUSTER,
            NODES_BY_CLUSTER,
            AWAITING_NODES_BY_CLUSTER,
            OPEN_NODES_BY_ZONE,
            NODES_BY_ADMINISTRATION,
            KUBE_OBJECTS_BY_RESOURCE,
            KUBE_OBJECTS_BY_NAMESPACE,
            KUBE_OBJECTS_BY_UID,
            KUBE_OBJECTS_BY_OWNER,
            KUBE_PODS_BY_CLUSTER,
            KUBE_PODS_BY_NAMESPACE,
            KUBE_PODS_BY_OWNER,
            KUBE_FREE_PODS_BY_NAMESPACE);

    private Kinds() {}

    private static String kubeCluster(Versioned<KubeObject> object) {
        String scope = object.key().scope();
        return scope.substring(0, scope.indexOf('/'));
    }

    private static Index<Workload> pods(String name, Function<KubePod, List<String>> values) {
        return new Index<>(
                name,
                WORKLOAD,
                workload -> Pods.shown(workload.value()).map(values).orElse(List.of()));
    }

    private static List<String> oneUnlessEmpty(String value) {
        return value.isEmpty() ? List.of() : List.of(value);
    }
}
