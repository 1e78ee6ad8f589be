package dev.gantry.controller.kube.serve;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.http.HttpResponse;
import dev.gantry.controller.kube.access.Escalation;
import dev.gantry.controller.kube.admission.Admission;
import dev.gantry.controller.kube.admit.KindRules;
import dev.gantry.controller.kube.admit.Notices;
import dev.gantry.controller.kube.apply.FieldOwnership;
import dev.gantry.controller.kube.apply.ScaleOwnership;
import dev.gantry.controller.kube.decode.Decoded;
import dev.gantry.controller.kube.disruption.Evictions;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.Meta;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import dev.gantry.controller.kube.registry.Birth;
import dev.gantry.controller.kube.registry.Creation;
import dev.gantry.controller.kube.registry.Deletion;
import dev.gantry.controller.kube.registry.Draft;
import dev.gantry.controller.kube.registry.Namespaces;
import dev.gantry.controller.kube.registry.Registry;
import dev.gantry.controller.kube.registry.Revision;
import dev.gantry.controller.kube.scale.Scales;
import dev.gantry.controller.kube.schema.Schema;
import dev.gantry.controller.kube.schema.Schemas;
import dev.gantry.controller.kube.serve.Committing.Decided;
import dev.gantry.controller.kube.type.ResourceType;
import dev.gantry.controller.kube.type.Subresource;
import dev.gantry.store.Store;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** Creates, changes and deletes objects. */
final class Writes {

    private static final String SCALE_VERSION = "autoscaling/v1";
    private static final String MANAGED = "managedFields";

    private final Store store;
    private final Committing committing;
    private final Creation creation;
    private final Lists lists;
    private final Supplier<String> suffixes;

    /** @param suffixes five letters each, for names that are made here */
    Writes(Store store, Creation creation, Lists lists, InstantSource clock, Supplier<String> suffixes) {
        this.store = store;
        this.committing = new Committing(store, clock);
        this.creation = creation;
        this.lists = lists;
        this.suffixes = suffixes;
    }

    HttpResponse create(Call call) throws InterruptedException {
        Target.Objects target = call.target();
        Decoded body = Bodies.object(call);
        ObjectNode asked = body.object();
        checkKind(target.type(), asked);
        Revision.checkNamespace(target.namespace(), asked);
        Decided decided = committing.write(call.isDryRun(), call.user().name(), draft -> {
            ObjectName name = target.named(Birth.name(target.type(), asked, suffixes.get()))
                    .objectName();
            ObjectNode created = creation.write(
                    draft,
                    target.type(),
                    name,
                    asked,
                    born -> books(call, draft.now()).updated(Optional.empty(), born));
            new Escalation(draft.image(), name.cluster(), call.user()).check(name, created);
            return new Decided(created, false);
        });
        return written(call, 201, decided.object(), body.warnings());
    }

    HttpResponse replace(Call call) throws InterruptedException {
        Decoded body = Bodies.object(call);
        ObjectNode asked = body.object();
        Target.Objects target = call.target();
        if (target.subresource().equals(Subresource.SCALE)) {
            return scale(call, _ -> asked);
        }
        checkKind(target.type(), asked);
        Revision.checkName(target.objectName(), asked);
        return written(call, 200, change(call, _ -> asked), body.warnings());
    }

    /** @param warnings of what the client sent */
    static HttpResponse written(Call call, int status, ObjectNode object, List<String> warnings) {
        HttpResponse answer = Answers.warned(Answers.json(status, object), warnings);
        return Answers.warned(answer, Notices.of(call.target().type(), object));
    }

    /** @param change from a Scale to a Scale */
    HttpResponse scale(Call call, UnaryOperator<ObjectNode> change) throws InterruptedException {
        Scales scales = Scales.of(call.target().type());
        ObjectNode object = change(call, before -> scales.apply(before, change.apply(scales.draw(before))));
        return Answers.json(200, scales.draw(object));
    }

    /**
     * Changes an object by what its present state is turned into.
     *
     * @param change must not change what it is given
     */
    ObjectNode change(Call call, UnaryOperator<ObjectNode> change) throws InterruptedException {
        ObjectName name = call.target().objectName();
        Registry registry = creation.registries().of(call.target().type());
        return committing
                .write(call.isDryRun(), call.user().name(), draft -> {
                    ObjectNode before = registry.find(draft.image(), name)
                            .orElseThrow(() -> KubeRefusal.notFound(name.resource(), name.name()));
                    ObjectNode asked = change.apply(before.deepCopy());
                    if (!asked.path("metadata").has(MANAGED)
                            && before.at("/metadata").has(MANAGED)) {
                        // Whoever says nothing of who owns what leaves it as it is.
                        asked.withObject("/metadata").set(MANAGED, before.at("/metadata/" + MANAGED));
                    }
                    checkVersion(name, before, asked);
                    ObjectNode after = revised(call, before, asked);
                    if (after.equals(before)) {
                        return new Decided(before, false);
                    }
                    return put(call, draft, before, books(call, draft.now()).updated(Optional.of(before), after));
                })
                .object();
    }

    /**
     * Applies the part of an object that is the caller's; makes the object where there is none.
     *
     * @param body      the part
     * @param force     whether the caller takes what others own
     * @param mayCreate refuses those who may not make the object
     */
    HttpResponse apply(Call call, Decoded body, boolean force, Runnable mayCreate) throws InterruptedException {
        ObjectNode applied = body.object();
        Revision.withoutNulls(call.target().type(), applied);
        ObjectName name = call.target().objectName();
        checkKind(call.target().type(), applied);
        Revision.checkName(name, applied);
        applied.withObject("/metadata").put("name", name.name());
        Registry registry = creation.registries().of(call.target().type());
        AtomicBoolean isNew = new AtomicBoolean();
        Decided decided = committing.write(call.isDryRun(), call.user().name(), draft -> {
            FieldOwnership books = books(call, draft.now());
            Optional<ObjectNode> live = registry.find(draft.image(), name);
            isNew.set(live.isEmpty());
            if (live.isEmpty()) {
                if (!call.target().subresource().isEmpty()) {
                    throw KubeRefusal.notFound(name.resource(), name.name());
                }
                mayCreate.run();
                ObjectNode created = creation.write(
                        draft,
                        call.target().type(),
                        name,
                        books.applied(live, applied, force),
                        UnaryOperator.identity());
                new Escalation(draft.image(), name.cluster(), call.user()).check(name, created);
                return new Decided(created, false);
            }
            ObjectNode before = live.get();
            checkVersion(name, before, applied);
            ObjectNode after = revised(call, before, books.applied(live, applied, force));
            return after.equals(before) ? new Decided(before, false) : put(call, draft, before, after);
        });
        return written(call, isNew.get() ? 201 : 200, decided.object(), body.warnings());
    }

    /**
     * Applies the part of a scale that is the caller's.
     *
     * @param body  the part
     * @param force whether the caller takes what others own
     */
    HttpResponse applyScale(Call call, Decoded body, boolean force) throws InterruptedException {
        ObjectNode applied = body.object();
        checkKind(SCALE_VERSION, "Scale", applied);
        ResourceType type = call.target().type();
        Revision.withoutNulls(type, applied);
        ObjectName name = call.target().objectName();
        Revision.checkName(name, applied);
        Registry registry = creation.registries().of(type);
        Scales scales = Scales.of(type);
        ScaleOwnership ownership = new ScaleOwnership(type.apiVersion(), scales.place());
        Schema schema = Schemas.builtIn().find(SCALE_VERSION, "Scale").orElseThrow();
        Decided decided = committing.write(call.isDryRun(), call.user().name(), draft -> {
            ObjectNode before = registry.find(draft.image(), name)
                    .orElseThrow(() -> KubeRefusal.notFound(name.resource(), name.name()));
            checkVersion(name, before, applied);
            ObjectNode scale = scales.draw(before);
            ownership.lend(before, scale);
            ObjectNode wanted = new FieldOwnership(
                            schema, SCALE_VERSION, call.fieldOwner(), Subresource.SCALE, true, draft.now())
                    .applied(Optional.of(scale), applied, force);
            ObjectNode after = revised(call, before, scales.apply(before, wanted));
            ownership.giveBack(wanted, after);
            return after.equals(before) ? new Decided(before, false) : put(call, draft, before, after);
        });
        return Answers.warned(Answers.json(200, scales.draw(decided.object())), body.warnings());
    }

    private Decided put(Call call, Draft draft, ObjectNode before, ObjectNode after) {
        ObjectName name = call.target().objectName();
        new Escalation(draft.image(), name.cluster(), call.user()).check(name, after);
        Admission admission = Admission.ofRequest(draft.image(), draft.now());
        admission.completeChange(name, before, after);
        admission.admitChange(name, before, after);
        admission.writeTo(draft.writes());
        return put(draft, call.target().type(), name, before, after);
    }

    private static FieldOwnership books(Call call, Instant now) {
        ResourceType type = call.target().type();
        return new FieldOwnership(
                type.schema().orElse(Schema.ANY),
                type.apiVersion(),
                call.fieldOwner(),
                call.target().subresource(),
                type.hasStatus(),
                now);
    }

    private static ObjectNode revised(Call call, ObjectNode before, ObjectNode asked) {
        ResourceType type = call.target().type();
        if (call.target().subresource().equals(Subresource.STATUS)) {
            ObjectNode after = Revision.ofStatus(type, before, asked);
            if (type.custom().isPresent()) {
                KindRules.fill(type, after);
                KindRules.check(type, after, Optional.of(before));
            } else {
                KindRules.checkStatus(type, after);
            }
            return after;
        }
        KindRules.fill(type, asked);
        if (call.target().subresource().equals(Subresource.EPHEMERAL_CONTAINERS)) {
            ObjectNode after = Revision.ofEphemeralContainers(type, before, asked);
            KindRules.checkEphemeralContainers(type, after, before);
            return after;
        }
        ObjectNode after = Revision.ofSpec(type, before, asked);
        KindRules.check(type, after, Optional.of(before));
        return after;
    }

    HttpResponse delete(Call call) throws InterruptedException {
        ObjectName name = call.target().objectName();
        Decided decided = delete(call, deletion(call), name);
        return Answers.json(200, decided.isGone() ? Answers.deleted(name, decided.object()) : decided.object());
    }

    /** Deletes a pod unless a disruption budget stands against it. */
    HttpResponse evict(Call call) throws InterruptedException {
        ObjectNode eviction = Bodies.options(call.http());
        ObjectName name = call.target().objectName();
        ObjectNode options = eviction.path("deleteOptions") instanceof ObjectNode given ? given : Json.object();
        boolean isDryRun = call.isDryRun() || !options.path("dryRun").isEmpty();
        Deletion deletion = Deletion.of(options);
        Registry pods = creation.registries().of(call.target().type());
        Decided _ = committing.write(isDryRun, call.user().name(), draft -> {
            PodDocument pod = PodDocument.find(draft.image(), name)
                    .orElseThrow(() -> KubeRefusal.notFound(name.resource(), name.name()));
            Evictions.evict(draft, pods, pod, deletion);
            return new Decided(pod.json(), true);
        });
        return Answers.json(201, Answers.success());
    }

    HttpResponse deleteAll(Call call) throws InterruptedException {
        Deletion deletion = deletion(call);
        ResourceType type = call.target().type();
        ObjectNode list = Json.object().put("kind", type.listKind()).put("apiVersion", type.apiVersion());
        list.putObject("metadata")
                .put("resourceVersion", Long.toString(store.snapshot().revision()));
        ArrayNode items = list.putArray("items");
        for (ObjectNode object : lists.select(store.snapshot(), call)) {
            Meta meta = Meta.of(object);
            ObjectName name = new ObjectName(call.target().cluster(), type.name(), meta.namespace(), meta.name());
            try {
                items.add(delete(call, deletion, name).object());
            } catch (KubeRefusal refusal) {
                if (refusal.reason().code() != 404) {
                    throw refusal;
                }
            }
        }
        return Answers.json(200, list);
    }

    private Decided delete(Call call, Deletion deletion, ObjectName name) throws InterruptedException {
        Namespaces.checkDeletion(name);
        return committing.write(
                call.isDryRun(),
                call.user().name(),
                draft -> delete(draft, call.target().type(), deletion, name));
    }

    private Decided delete(Draft draft, ResourceType type, Deletion deletion, ObjectName name) {
        Registry registry = creation.registries().of(type);
        ObjectNode before = registry.find(draft.image(), name)
                .orElseThrow(() -> KubeRefusal.notFound(name.resource(), name.name()));
        return switch (deletion.of(type.name(), before, registry.graceSeconds(before), draft.now())) {
            case Deletion.Result.Gone() -> {
                registry.delete(draft, name);
                yield new Decided(before, true);
            }
            case Deletion.Result.Marked(ObjectNode marked) -> put(draft, type, name, before, marked);
        };
    }

    /** Writes what is different, and takes out what nothing keeps any longer. */
    private Decided put(Draft draft, ResourceType type, ObjectName name, ObjectNode before, ObjectNode after) {
        Registry registry = creation.registries().of(type);
        if (Revision.isOver(after)) {
            registry.delete(draft, name);
            return new Decided(after, true);
        }
        if (!after.equals(before)) {
            registry.update(draft, name, after);
        }
        return new Decided(after, false);
    }

    private static Deletion deletion(Call call) {
        ObjectNode options = Bodies.options(call.http());
        call.query().number("gracePeriodSeconds").ifPresent(grace -> options.put("gracePeriodSeconds", grace));
        String propagation = call.query().text("propagationPolicy");
        if (!propagation.isEmpty()) {
            options.put("propagationPolicy", propagation);
        }
        return Deletion.of(options);
    }

    private static void checkVersion(ObjectName name, ObjectNode before, ObjectNode asked) {
        String version = asked.at("/metadata/resourceVersion").asText();
        boolean isUnconditional = version.isEmpty() || version.equals("0");
        if (!isUnconditional
                && !version.equals(before.at("/metadata/resourceVersion").asText())) {
            throw KubeRefusal.modified(name.resource(), name.name());
        }
    }

    private static void checkKind(ResourceType type, ObjectNode asked) {
        checkKind(type.apiVersion(), type.kind(), asked);
    }

    private static void checkKind(String expectedVersion, String expectedKind, ObjectNode asked) {
        String kind = asked.path("kind").asText(expectedKind);
        String apiVersion = asked.path("apiVersion").asText(expectedVersion);
        if (!kind.equals(expectedKind) || !apiVersion.equals(expectedVersion)) {
            throw KubeRefusal.badRequest("the API version in the data (" + apiVersion + ", Kind=" + kind
                    + ") does not match the expected API version (" + expectedVersion + ", Kind=" + expectedKind
                    + ")");
        }
    }
}
