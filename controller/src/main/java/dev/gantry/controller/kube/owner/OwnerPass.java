package dev.gantry.controller.kube.owner;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Message;
import dev.gantry.controller.kube.admission.Admission;
import dev.gantry.controller.kube.admit.Defaults;
import dev.gantry.controller.kube.admit.KindRules;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.Meta;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.document.PodMaker;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.kube.document.Times;
import dev.gantry.controller.kube.event.EventLog;
import dev.gantry.controller.kube.event.Happening;
import dev.gantry.controller.kube.event.Regarding;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import dev.gantry.controller.kube.registry.Birth;
import dev.gantry.controller.kube.registry.Revision;
import dev.gantry.controller.kube.type.ResourceType;
import dev.gantry.controller.kube.type.ResourceTypes;
import dev.gantry.controller.reconcile.Outcome;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Pods;
import dev.gantry.controller.resource.RefusedException;
import dev.gantry.proto.KubeObject;
import dev.gantry.proto.PodName;
import dev.gantry.proto.Workload;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What one pass over an owner writes: its dependents, and the owner itself once at the end. Everything stands or falls with
 * the owner's record being unchanged.
 */
public final class OwnerPass {

    /** Room for the owner, its namespace, a pod and its name, and the guard of the runtime. */
    private static final int WRITES_MAX = Transaction.OPERATIONS_MAX - 8;

    /** Committed in a row, so that an owner of thousands is not looked at anew for every few of them. */
    private static final int TRANSACTIONS_MAX = 16;

    private static final ResourceType POD =
            ResourceTypes.builtIn().find(ResourceName.PODS).orElseThrow();

    /** What planners keep of what was admitted; upstream's would stand still without it. */
    private static final Set<String> DEPENDENT = Set.of("ControllerRevision", "Endpoints", "EndpointSlice");

    private final Snapshot snapshot;
    private final KubeDocument owner;
    private final Instant now;
    private final List<Transaction> earlier = new ArrayList<>();
    private Transaction.Builder writes = Transaction.builder();
    private final Set<String> taken = new HashSet<>();
    private final Set<String> beside = new HashSet<>();
    private final ObjectNode json;
    private final Admission admission;
    private Optional<String> refusal = Optional.empty();
    private long made;

    public OwnerPass(Snapshot snapshot, KubeDocument owner, Instant now) {
        this.snapshot = snapshot;
        this.owner = owner;
        this.now = now;
        this.json = owner.json().deepCopy();
        this.admission = Admission.ofPlanner(snapshot, now);
        this.made = owner.record().value().getMade();
        writes.guard(owner.record());
    }

    public Instant now() {
        return now;
    }

    /** The owner as it becomes; to be changed. */
    public ObjectNode json() {
        return json;
    }

    /** Whether more fits into the pass; the rest is for the next one, which its own writes bring about. */
    public boolean hasRoom() {
        return writes.size() + admission.size() < WRITES_MAX;
    }

    /**
     * Goes on in another transaction, if one may follow: what the owner is by now is written with what was done so far. Each of
     * them could be the last.
     */
    public boolean goesOn() {
        // Quotas are charged for the pass as a whole.
        if (earlier.size() + 1 >= TRANSACTIONS_MAX || admission.size() > 0) {
            return false;
        }
        earlier.add(transaction());
        writes = Transaction.builder().guard(owner.record());
        return true;
    }

    public Removals removals() {
        return new Removals(writes, now);
    }

    /** Deletes a pod of the owner's. */
    public void delete(PodDocument pod) {
        if (!pod.isDeleted()) {
            removals().delete(pod);
            tell("SuccessfulDelete", "Deleted pod: " + pod.name().name());
        }
    }

    /** Says in an event what the owner's planner did. */
    public void tell(String reason, String message) {
        log().tell(Regarding.of(owner), Happening.once(component(), reason, message, now));
    }

    /** Says in an event that a person should look. */
    public void warn(String reason, String message) {
        log().tell(
                        Regarding.of(owner),
                        Happening.once(component(), reason, message, now).asWarning());
    }

    /** In one event, whatever the reason is at the moment. */
    private void warnOfFailure(String why) {
        String reason = "FailedCreate";
        log().tell(
                        Regarding.of(owner),
                        Happening.once(component(), reason, "Error creating: " + why, now)
                                .keyed(reason)
                                .asWarning());
    }

    private EventLog log() {
        return new EventLog(snapshot, writes, now);
    }

    /** As upstream's controllers call themselves. */
    private String component() {
        return owner.json().path("kind").asText().toLowerCase(Locale.ROOT) + "-controller";
    }

    /** Whether its namespace takes new objects. */
    public boolean canCreate() {
        return namespace()
                .filter(found -> !KubeDocument.of(found).meta().isDeleted())
                .isPresent();
    }

    /**
     * Makes a pod of the owner's.
     *
     * @param template what it is made of, which may name it; its own name is {@code prefix} and five letters otherwise
     * @return why it cannot be made; after one that cannot be made no other one is tried in the pass
     */
    public Optional<String> createPod(ObjectNode template, String prefix, PodMaker maker) {
        if (refusal.isPresent()) {
            return refusal;
        }
        ObjectNode pod = Json.object().put("apiVersion", "v1").put("kind", "Pod");
        pod.set("metadata", template.path("metadata").deepCopy());
        pod.set("spec", template.path("spec").deepCopy());
        ObjectNode metadata = pod.withObject("/metadata");
        String name = metadata.path("name").asText();
        if (name.isEmpty()) {
            name = freeName(prefix);
            metadata.put("generateName", prefix);
        }
        metadata.put("name", name);
        metadata.put("namespace", owner.name().namespace());
        metadata.put("uid", ChildNames.uid(owner.meta().uid(), made));
        metadata.put("creationTimestamp", Times.text(now));
        Ownership.add(pod, owner);
        Defaults.apply("v1", "Pod", pod);
        Workload workload;
        try {
            workload = admitted(pod, maker);
        } catch (RefusedException | KubeRefusal e) {
            refusal = Optional.of(String.valueOf(e.getMessage()));
            refusal.ifPresent(this::warnOfFailure);
            return refusal;
        }
        String scope = Pods.scope(owner.name().cluster(), owner.name().namespace());
        namespace().ifPresent(writes::guard);
        writes.create(Kinds.WORKLOAD.key(scope, workload.getId()), workload)
                .create(
                        Kinds.KUBE_POD_NAME.key(scope, name),
                        PodName.newBuilder().setWorkloadId(workload.getId()).build());
        taken.add(name);
        tell("SuccessfulCreate", "Created pod: " + name);
        made++;
        return Optional.empty();
    }

    private Workload admitted(ObjectNode pod, PodMaker maker) {
        ObjectName name = owner.name().beside(ResourceName.PODS, Meta.of(pod).name());
        admission.complete(name, pod);
        KindRules.check(POD, pod, Optional.empty());
        Workload workload = maker.make(name.cluster(), pod, now);
        admission.admit(name, pod);
        return workload;
    }

    /** Whether a pod of the name can be made. */
    public boolean isFree(String podName) {
        String scope = Pods.scope(owner.name().cluster(), owner.name().namespace());
        return !taken.contains(podName)
                && snapshot.get(Kinds.KUBE_POD_NAME.key(scope, podName)).isEmpty();
    }

    /** Whether there is an object of the name beside the owner, or was made in this pass. */
    public boolean isThere(ResourceType type, String name) {
        return beside.contains(name)
                || snapshot.get(owner.name().beside(type.name(), name).key()).isPresent();
    }

    /**
     * Makes an object of the owner's, in its namespace, and returns it.
     *
     * @throws KubeRefusal when it must not be
     */
    public ObjectNode create(ResourceType type, String name, ObjectNode object) {
        ObjectNode owned = object.deepCopy();
        Ownership.add(owned, owner);
        ObjectNode born = born(type, name, owned, ChildNames.uid(owner.meta().uid(), made));
        made++;
        return born;
    }

    /**
     * Makes an object beside the owner, who does not count it; whether it is the owner's, its references say.
     *
     * @throws KubeRefusal when it must not be
     */
    public void createBeside(ResourceType type, String name, ObjectNode object) {
        // The name keeps it from being made twice; of one name there may be another one later.
        String uid = ChildNames.uid(owner.meta().uid() + "/" + type.name() + "/" + name, snapshot.revision());
        ObjectNode _ = born(type, name, object, uid);
        beside.add(name);
    }

    private ObjectNode born(ResourceType type, String name, ObjectNode object, String uid) {
        ObjectName of = owner.name().beside(type.name(), name);
        ObjectNode born = Birth.of(type, object, of, uid, now);
        Defaults.apply(type.apiVersion(), type.kind(), born);
        if (DEPENDENT.contains(type.kind())) {
            admission.admitDependent(of, born);
        } else {
            admission.admit(of, born);
        }
        namespace().ifPresent(writes::guard);
        writes.create(of.key(), KubeDocument.stored(born, KubeObject.getDefaultInstance()));
        return born;
    }

    /** Writes a record that follows from the owner, unless it says the same already. */
    public <T extends Message> void keep(Key<T> key, T value) {
        Optional<Versioned<T>> before = snapshot.get(key);
        if (before.isEmpty()) {
            writes.create(key, value);
        } else if (!before.get().value().equals(value)) {
            writes.update(before.get(), value);
        }
    }

    /** Takes out a record that followed from the owner. */
    public void drop(Versioned<?> record) {
        writes.delete(record);
    }

    /** Changes an object, and counts a generation if its spec is another one. */
    public void update(ResourceType type, KubeDocument before, ObjectNode after) {
        ObjectNode revised = Revision.ofSpec(type, before.json(), after);
        if (!revised.equals(before.json())) {
            writes.update(
                    before.record(),
                    KubeDocument.stored(revised, before.record().value()));
        }
    }

    /** Takes a finalizer out of a pod. */
    public void release(PodDocument pod, String finalizer) {
        ObjectNode document = pod.json().deepCopy();
        Ownership.withoutFinalizer(document, finalizer);
        writes.update(pod.record(), Ownership.changed(pod, document));
    }

    /** Deletes a pod, and takes a finalizer out of it at the same time. */
    public void dismiss(PodDocument pod, String finalizer) {
        ObjectNode document = pod.json().deepCopy();
        Ownership.withoutFinalizer(document, finalizer);
        Workload released = Ownership.changed(pod, document);
        Versioned<Workload> record = pod.record();
        PodDocument.of(new Versioned<>(record.key(), released, record.revision()))
                .ifPresent(removals()::delete);
    }

    /** What was written so far, where the owner itself was written, too. */
    public Outcome outcomeWithoutOwner() {
        admission.writeTo(writes);
        return Outcome.write(writes.build());
    }

    public Outcome outcome() {
        earlier.add(transaction());
        return Outcome.write(earlier);
    }

    private Transaction transaction() {
        KubeObject before = owner.record().value();
        KubeObject after =
                KubeDocument.stored(json, before.toBuilder().setMade(made).build());
        if (!after.equals(before)) {
            writes.update(owner.record(), after);
        }
        admission.writeTo(writes);
        return writes.build();
    }

    private String freeName(String prefix) {
        String name = ChildNames.generated(prefix, owner.meta().uid(), made);
        while (!isFree(name)) {
            made++;
            name = ChildNames.generated(prefix, owner.meta().uid(), made);
        }
        return name;
    }

    private Optional<Versioned<KubeObject>> namespace() {
        return snapshot.get(new ObjectName(
                        owner.name().cluster(),
                        ResourceName.NAMESPACES,
                        "",
                        owner.name().namespace())
                .key());
    }
}
