package dev.gantry.controller.kube.document;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Pods;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.ContainerStatus;
import dev.gantry.proto.KubePod;
import dev.gantry.proto.NetworkMode;
import dev.gantry.proto.Node;
import dev.gantry.proto.Workload;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A pod that the API shows: the workload it is, and its metadata and spec as JSON. What planners ask of its state is answered here; its status
 * as clients see it is drawn elsewhere.
 */
public record PodDocument(Versioned<Workload> record, KubePod origin, ObjectNode json) {

    /** The phases of the Kubernetes API. */
    public enum Phase {
        PENDING,
        RUNNING,
        SUCCEEDED,
        FAILED
    }

    /** Empty for a workload that is no pod, or one that is only history. */
    public static Optional<PodDocument> of(Versioned<Workload> record) {
        return Pods.shown(record.value()).map(pod -> new PodDocument(record, pod, Json.object(pod.getJson())));
    }

    /** The same for any record, or for none. */
    public static Optional<PodDocument> ofAny(@Nullable Versioned<?> record) {
        return record != null && record.value() instanceof Workload value
                ? of(new Versioned<>(
                        Kinds.WORKLOAD.key(record.key().scope(), record.key().name()), value, record.revision()))
                : Optional.empty();
    }

    public static Optional<PodDocument> find(Snapshot snapshot, ObjectName name) {
        String scope = Pods.scope(name.cluster(), name.namespace());
        return snapshot.get(Kinds.KUBE_POD_NAME.key(scope, name.name()))
                .flatMap(claim ->
                        snapshot.get(Kinds.WORKLOAD.key(scope, claim.value().getWorkloadId())))
                .flatMap(PodDocument::of);
    }

    /** The records of all pods that are shown, of whatever cluster. */
    public static List<Key<Workload>> keys(Snapshot snapshot) {
        return snapshot.list(Kinds.KUBE_POD_NAME).stream()
                .map(claim ->
                        Kinds.WORKLOAD.key(claim.key().scope(), claim.value().getWorkloadId()))
                .toList();
    }

    /** The pods of one namespace that are shown. */
    public static List<PodDocument> list(Snapshot snapshot, String cluster, String namespace) {
        return all(snapshot.find(Kinds.KUBE_PODS_BY_NAMESPACE, cluster + "/" + namespace));
    }

    /** The pods of a cluster that are shown. */
    public static List<PodDocument> list(Snapshot snapshot, String cluster) {
        return all(snapshot.find(Kinds.KUBE_PODS_BY_CLUSTER, cluster));
    }

    /** The pods that name the object in their owner references. */
    public static List<PodDocument> ownedBy(Snapshot snapshot, String cluster, String uid) {
        return all(snapshot.find(Kinds.KUBE_PODS_BY_OWNER, cluster + "/" + uid));
    }

    public ObjectName name() {
        return new ObjectName(origin.getCluster(), ResourceName.PODS, origin.getNamespace(), origin.getName());
    }

    public Meta meta() {
        return Meta.of(json);
    }

    public JsonNode spec() {
        return json.path("spec");
    }

    public Phase phase() {
        return switch (Workloads.phase(record.value())) {
            case STOPPED -> haveAllSucceeded() ? Phase.SUCCEEDED : Phase.FAILED;
            case RUNNING, DEACTIVATING, STOPPING, DEPROVISIONING -> Phase.RUNNING;
            default -> Phase.PENDING;
        };
    }

    /**
     * Its own, or those of its node when it uses the network of that.
     *
     * @param node that it is placed on
     */
    public List<String> addresses(Optional<Node> node) {
        Workload workload = record.value();
        return workload.getSpec().getNetwork() == NetworkMode.HOST && Workloads.isPlaced(workload)
                ? node.map(found -> List.copyOf(found.getInfo().getAddressesList()))
                        .orElse(List.of())
                : workload.getObserved().getAddressesList();
    }

    /** Of all its containers. */
    public int restarts() {
        return record.value().getObserved().getContainersList().stream()
                .mapToInt(ContainerStatus::getRestartCount)
                .sum();
    }

    /** Whether it has ended, well or not. */
    public boolean isOver() {
        return Workloads.isStopped(record.value());
    }

    /** Whether its deletion was asked for. */
    public boolean isDeleted() {
        return meta().isDeleted();
    }

    /** Whether it serves: all its containers are ready and nobody wishes its end. */
    public boolean isReady() {
        return phase() == Phase.RUNNING && !Workloads.isUnwanted(record.value()) && areContainersReady();
    }

    private boolean areContainersReady() {
        Set<String> names = containerNames();
        long ready = record.value().getObserved().getContainersList().stream()
                .filter(container -> names.contains(container.getName()) && container.getReady())
                .count();
        return ready == names.size();
    }

    private boolean haveAllSucceeded() {
        Set<String> names = containerNames();
        List<ContainerStatus> ended = record.value().getObserved().getContainersList().stream()
                .filter(container -> names.contains(container.getName()))
                .toList();
        return ended.size() == names.size()
                && ended.stream().allMatch(container -> container.hasExitCode() && container.getExitCode() == 0);
    }

    /** Without init containers and ephemeral ones. */
    private Set<String> containerNames() {
        Set<String> names = new HashSet<>();
        spec().path("containers")
                .forEach(container -> names.add(container.path("name").asText()));
        return names;
    }

    private static List<PodDocument> all(List<Versioned<Workload>> workloads) {
        return workloads.stream().flatMap(workload -> of(workload).stream()).toList();
    }
}
