package dev.gantry.controller.kube.document;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Pods;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.ContainerSpec;
import dev.gantry.proto.ContainerStatus;
import dev.gantry.proto.KubePod;
import dev.gantry.proto.NetworkMode;
import dev.gantry.proto.Node;
import dev.gantry.proto.PodContainer.Role;
import dev.gantry.proto.PodMarks;
import dev.gantry.proto.Workload;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A pod that the API shows: the workload it is, and its metadata and spec as JSON, which is read only when somebody asks for it: planners look
 * at thousands. What they ask of its state is answered here; its status as clients see it is drawn elsewhere. For one thread.
 */
public final class PodDocument {

    private static final String COST = "controller.kubernetes.io/pod-deletion-cost";

    private final Versioned<Workload> record;
    private final KubePod origin;
    private @Nullable ObjectNode json;

    public PodDocument(Versioned<Workload> record, KubePod origin) {
        this.record = record;
        this.origin = origin;
    }

    /** The phases of the Kubernetes API. */
    public enum Phase {
        PENDING,
        RUNNING,
        SUCCEEDED,
        FAILED
    }

    /** Empty for a workload that is no pod, or one that is only history. */
    public static Optional<PodDocument> of(Versioned<Workload> record) {
        return Pods.shown(record.value()).map(pod -> new PodDocument(record, pod));
    }

    /** What is stored of a pod with this metadata and spec; the rest as it was before. */
    public static KubePod stored(KubePod before, ObjectNode json) {
        Meta meta = Meta.of(json);
        KubePod.Builder after = before.toBuilder().setJson(Json.bytes(json)).clearOwnerUids();
        meta.owners().forEach(owner -> after.addOwnerUids(owner.uid()));
        return after.clearLabels()
                .putAllLabels(meta.labels())
                .setMarks(marks(meta))
                .build();
    }

    private static PodMarks marks(Meta meta) {
        return PodMarks.newBuilder()
                .setDeleted(meta.isDeleted())
                .setControllerUid(meta.controller().map(Meta.Owner::uid).orElse(""))
                .addAllFinalizers(meta.finalizers())
                .setDeletionCost(meta.annotations().getOrDefault(COST, ""))
                .build();
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

    public Versioned<Workload> record() {
        return record;
    }

    public KubePod origin() {
        return origin;
    }

    /** Metadata and spec; not to be changed. */
    public ObjectNode json() {
        ObjectNode known = json;
        if (known == null) {
            known = Json.object(origin.getJson());
            json = known;
        }
        return known;
    }

    public ObjectName name() {
        return new ObjectName(origin.getCluster(), ResourceName.PODS, origin.getNamespace(), origin.getName());
    }

    public Meta meta() {
        return Meta.of(json());
    }

    public JsonNode spec() {
        return json().path("spec");
    }

    public String uid() {
        return Uids.of(record.value().getId());
    }

    public Map<String, String> labels() {
        return origin.hasMarks() ? origin.getLabelsMap() : meta().labels();
    }

    public List<String> finalizers() {
        return marks().getFinalizersList();
    }

    /** The uid of the owner that manages it; empty for none. */
    public String controllerUid() {
        return marks().getControllerUid();
    }

    /** What its user says it costs to lose it; empty where he says nothing. */
    public String deletionCost() {
        return marks().getDeletionCost();
    }

    private PodMarks marks() {
        return origin.hasMarks() ? origin.getMarks() : marks(meta());
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
        return marks().getDeleted();
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
        return record.value().getSpec().getContainersList().stream()
                .filter(container -> container.getPod().getRole() == Role.APP)
                .map(ContainerSpec::getName)
                .collect(Collectors.toSet());
    }

    private static List<PodDocument> all(List<Versioned<Workload>> workloads) {
        return workloads.stream().flatMap(workload -> of(workload).stream()).toList();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PodDocument pod && record.equals(pod.record) && origin.equals(pod.origin);
    }

    @Override
    public int hashCode() {
        return record.hashCode();
    }

    @Override
    public String toString() {
        return name().toString();
    }
}
