package dev.gantry.controller.ack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.gantry.controller.aws.AwsException;
import dev.gantry.controller.aws.Caller;
import dev.gantry.controller.aws.Shape;
import dev.gantry.controller.ecs.EcsDraft;
import dev.gantry.controller.ecs.EcsDrafts;
import dev.gantry.controller.ecs.document.EcsLookup;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.Meta;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.refusal.Cause;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import dev.gantry.controller.kube.registry.Draft;
import dev.gantry.controller.kube.registry.Registry;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The objects of one kind, each drawn from a record of ECS. What is written goes through the operations of ECS into one
 * transaction with what only this API keeps.
 *
 * @param <T> the record of an object
 */
abstract class EcsObjects<T extends Message> implements Registry {

    private static final String TAGS = "tags";

    private final EcsKind kind;
    private final EcsDrafts drafts;

    EcsObjects(EcsKind kind, EcsDrafts drafts) {
        this.kind = kind;
        this.drafts = drafts;
    }

    /** A write that is being decided: what somebody called, and what ECS makes of it. */
    record Writing(EcsDraft ecs, Caller caller) {

        JsonNode call(String operation, ObjectNode input) {
            return ecs.call(operation, input, caller);
        }

        Snapshot image() {
            return ecs.image();
        }
    }

    /** The record behind an object, if there is such an object. */
    abstract Optional<Versioned<T>> record(Snapshot snapshot, String objectName);

    /** Whatever is behind objects. */
    abstract Stream<Versioned<T>> records(Snapshot snapshot);

    /** The object as everybody sees it; nothing where the record is not shown. */
    abstract Optional<ObjectNode> draw(Snapshot snapshot, Versioned<T> record);

    /** Makes the resource; tells which record it is. */
    abstract Key<T> make(Writing writing, String objectName, ObjectNode spec);

    /** Makes of the resource what its new spec says, where that differs. */
    abstract void change(Writing writing, Versioned<T> record, ObjectNode before, ObjectNode after);

    abstract void remove(Writing writing, Versioned<T> record);

    abstract T keeping(T record, ByteString metadata);

    @Override
    public final Optional<ObjectNode> find(Snapshot snapshot, ObjectName name) {
        return name.namespace().equals(ObjectNames.NAMESPACE)
                ? record(snapshot, name.name()).flatMap(record -> draw(snapshot, record))
                : Optional.empty();
    }

    @Override
    public final List<ObjectNode> list(Snapshot snapshot, ObjectName within) {
        if (!within.namespace().isEmpty() && !within.namespace().equals(ObjectNames.NAMESPACE)) {
            return List.of();
        }
        return records(snapshot)
                .flatMap(record -> draw(snapshot, record).stream())
                .sorted(Comparator.comparing(object -> Meta.of(object).name()))
                .toList();
    }

    @Override
    public final void create(Draft draft, ObjectName name, ObjectNode object) {
        checkMetadata(object);
        Writing writing = writing(draft);
        Key<T> key = asked(name, () -> make(writing, name.name(), spec(object)));
        finish(draft, writing, key, object);
    }

    @Override
    public final void update(Draft draft, ObjectName name, ObjectNode object) {
        checkMetadata(object);
        Versioned<T> record = there(draft.image(), name);
        ObjectNode before = draw(draft.image(), record).orElseThrow();
        Writing writing = writing(draft);
        if (!before.path("spec").equals(object.path("spec"))) {
            asked(name, () -> {
                change(writing, record, spec(before), spec(object));
                return record.key();
            });
        }
        finish(draft, writing, record.key(), object);
    }

    @Override
    public final void delete(Draft draft, ObjectName name) {
        Versioned<T> record = there(draft.image(), name);
        Writing writing = writing(draft);
        asked(name, () -> {
            remove(writing, record);
            return record.key();
        });
        writing.ecs().writeTo(draft.writes());
        settleAfter(draft, writing, name);
    }

    private void finish(Draft draft, Writing writing, Key<T> key, ObjectNode object) {
        ByteString kept = KeptMetadata.of(object);
        writing.ecs().change(key, record -> keeping(record, kept));
        writing.ecs().writeTo(draft.writes());
        ObjectNode drawn =
                draw(writing.image(), writing.image().get(key).orElseThrow()).orElseThrow();
        object.removeAll();
        object.setAll(drawn);
    }

    private void settleAfter(Draft draft, Writing writing, ObjectName name) {
        draft.sequels().add(written -> {
            try {
                writing.ecs().settle(written);
            } catch (AwsException e) {
                throw EcsRefusals.of(e, kind, name.name());
            }
        });
    }

    private Versioned<T> there(Snapshot image, ObjectName name) {
        return record(image, name.name()).orElseThrow(() -> KubeRefusal.notFound(name.resource(), name.name()));
    }

    private void checkMetadata(ObjectNode object) {
        List<Cause> wrong = KeptMetadata.check(object);
        if (!wrong.isEmpty()) {
            throw EcsRefusals.invalid(kind, Meta.of(object).name(), wrong);
        }
    }

    private Writing writing(Draft draft) {
        String account = drafts.arns().account();
        String user = draft.actor().isEmpty() ? "system" : draft.actor();
        Caller caller =
                new Caller(account, drafts.arns().region(), "arn:aws:iam::" + account + ":user/kubernetes/" + user, "");
        return new Writing(drafts.on(draft.image()), caller);
    }

    private <R> R asked(ObjectName name, Supplier<R> action) {
        try {
            return action.get();
        } catch (AwsException e) {
            throw EcsRefusals.of(e, kind, name.name());
        }
    }

    /** A copy. */
    private static ObjectNode spec(ObjectNode object) {
        return object.path("spec") instanceof ObjectNode spec ? spec.deepCopy() : Json.object();
    }

    final EcsKind kind() {
        return kind;
    }

    final EcsDrafts drafts() {
        return drafts;
    }

    final Shape shape(String name) {
        return drafts.model().shape(name);
    }

    /** A spec as the request that it stands for. */
    final ObjectNode request(ObjectNode spec) {
        ObjectNode request = (ObjectNode) Spelling.sent(spec, shape(kind.input().shape()));
        JsonNode name = request.remove(kind.input().shown());
        if (name != null) {
            request.set(kind.input().name(), name);
        }
        return request;
    }

    /** A request as the spec that is shown of it. Lists that are empty say nothing. */
    final ObjectNode spec(ObjectNode request, String name, Map<String, String> tags) {
        ObjectNode shown =
                (ObjectNode) Spelling.shown(request, shape(kind.input().shape()));
        shown.remove(List.of(Spelling.shown(kind.input().name()), EcsKind.CLIENT_TOKEN, TAGS));
        ObjectNode spec = Json.object().put(kind.input().shown(), name);
        shown.properties().stream()
                .filter(member ->
                        !(member.getValue().isArray() && member.getValue().isEmpty()))
                .forEach(member -> spec.set(member.getKey(), member.getValue()));
        if (!tags.isEmpty()) {
            ArrayNode list = spec.putArray(TAGS);
            new TreeMap<>(tags)
                    .forEach((key, value) -> list.addObject().put("key", key).put("value", value));
        }
        return spec;
    }

    /** An object without status, with what is kept of its metadata. */
    final ObjectNode object(String name, long revision, ByteString kept) {
        ObjectNode object = Json.object()
                .put("apiVersion", EcsKind.GROUP + "/" + EcsKind.VERSION)
                .put("kind", kind.title());
        object.putObject("metadata")
                .put("name", name)
                .put("namespace", ObjectNames.NAMESPACE)
                .put("resourceVersion", Long.toString(revision));
        KeptMetadata.addTo(object, kept);
        return object;
    }

    /** @param described the resource as ECS describes it */
    final ObjectNode status(JsonNode described) {
        ObjectNode status = Json.object();
        status.putObject("ackResourceMetadata")
                .put("arn", described.path(kind.output().arn()).asText())
                .put("ownerAccountID", drafts.arns().account())
                .put("region", drafts.arns().region());
        status.putArray("conditions")
                .addObject()
                .put("type", "ACK.ResourceSynced")
                .put("status", "True");
        JsonNode shown = Spelling.shown(described, shape(kind.output().shape()));
        kind.status().stream().map(Spelling::shown).forEach(member -> {
            if (shown.hasNonNull(member)) {
                status.set(member, shown.get(member));
            }
        });
        return status;
    }

    /** The name in ECS that a new object stands for: what the spec says, or else what the object's name says. */
    final String nameOf(ObjectNode spec, String objectName) {
        String said = spec.path(kind.input().shown()).asText();
        String own = ObjectNames.own(objectName);
        if (!said.isEmpty()) {
            return checkedName(objectName, kind.input().shown(), said);
        }
        if (ObjectNames.isPlain(own)) {
            return own;
        }
        throw EcsRefusals.invalid(
                kind,
                objectName,
                Cause.required("spec." + kind.input().shown(), "the object's name cannot be a name in ECS"));
    }

    /** Refuses what cannot be a name in ECS. */
    final String checkedName(String objectName, String member, String name) {
        if (EcsLookup.isName(name)) {
            return name;
        }
        throw EcsRefusals.invalid(
                kind,
                objectName,
                Cause.invalid(
                        "spec." + member,
                        name,
                        "at most 255 letters, digits, hyphens and underscores are a name in ECS"));
    }

    /** Refuses an object that is not called as its resource has to be. */
    final void checkName(String objectName, String due, String what) {
        if (!objectName.equals(due)) {
            throw EcsRefusals.invalid(
                    kind,
                    objectName,
                    Cause.invalid(
                            "metadata.name",
                            objectName,
                            "the object of " + what + " has to be called \"" + due
                                    + "\": its name follows from the name in ECS"));
        }
    }

    /** Refuses a change of what cannot be changed; who leaves it out does not change it. */
    final void checkKept(ObjectNode before, ObjectNode after, List<String> members) {
        String name = before.path(kind.input().shown()).asText();
        for (String member : members) {
            if (after.has(member) && !after.get(member).equals(before.path(member))) {
                throw EcsRefusals.invalid(
                        kind,
                        name,
                        Cause.invalid("spec." + member, after.get(member).asText(), "field is immutable"));
            }
        }
    }

    /** Gives a resource the tags that its new spec says. */
    final void retag(Writing writing, String arn, ObjectNode before, ObjectNode after) {
        if (before.path(TAGS).equals(after.path(TAGS))) {
            return;
        }
        Map<String, JsonNode> old = tags(before);
        Map<String, JsonNode> fresh = tags(after);
        ObjectNode gone = Json.object().put("resourceArn", arn);
        old.keySet().stream().filter(key -> !fresh.containsKey(key)).forEach(gone.withArray("tagKeys")::add);
        if (!gone.withArray("tagKeys").isEmpty()) {
            writing.call("UntagResource", gone);
        }
        ObjectNode put = Json.object().put("resourceArn", arn);
        put.set(TAGS, after.path(TAGS).isMissingNode() ? Json.object().arrayNode() : after.path(TAGS));
        if (!put.path(TAGS).isEmpty()) {
            writing.call("TagResource", put);
        }
    }

    private static Map<String, JsonNode> tags(ObjectNode spec) {
        Map<String, JsonNode> tags = new LinkedHashMap<>();
        spec.path(TAGS).forEach(tag -> tags.put(tag.path("key").asText(), tag.path("value")));
        return tags;
    }

    /** The record whose object has the name, among those that may have it. */
    static <R extends Message> Optional<Versioned<R>> called(
            Stream<Versioned<R>> records, String part, Function<Versioned<R>, String> name) {
        return records.filter(record -> ObjectNames.of(name.apply(record)).equals(part))
                .findFirst();
    }
}
