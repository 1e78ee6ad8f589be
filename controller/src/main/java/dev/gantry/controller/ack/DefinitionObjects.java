package dev.gantry.controller.ack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import dev.gantry.controller.ecs.EcsDraft;
import dev.gantry.controller.ecs.EcsDrafts;
import dev.gantry.controller.ecs.document.EcsJson;
import dev.gantry.controller.ecs.document.EcsLookup;
import dev.gantry.controller.ecs.document.Families;
import dev.gantry.controller.ecs.view.DefinitionView;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.Times;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.EcsFamily;
import dev.gantry.proto.EcsTaskDefinition;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/** Families of task definitions as objects, each shown by its newest active revision, and not without one. */
final class DefinitionObjects extends EcsObjects<EcsFamily> {

    /** What one transaction can hold beside the family. */
    private static final int DEREGISTERED_MAX = 100;

    private final DefinitionView view;

    DefinitionObjects(EcsDrafts drafts) {
        super(EcsKind.TASK_DEFINITION, drafts);
        this.view = new DefinitionView(drafts.arns());
    }

    /** The family that an object stands for. */
    static Optional<String> family(Snapshot snapshot, String objectName) {
        return found(snapshot, objectName).map(record -> record.key().name());
    }

    @Override
    Optional<Versioned<EcsFamily>> record(Snapshot snapshot, String objectName) {
        return found(snapshot, objectName)
                .filter(record -> newest(snapshot, record).isPresent());
    }

    private static Optional<Versioned<EcsFamily>> found(Snapshot snapshot, String objectName) {
        return ObjectNames.isPlain(objectName)
                ? snapshot.get(familyKey(objectName))
                : called(
                        snapshot.list(Kinds.ECS_FAMILY).stream(),
                        objectName,
                        family -> family.key().name());
    }

    @Override
    Stream<Versioned<EcsFamily>> records(Snapshot snapshot) {
        return snapshot.list(Kinds.ECS_FAMILY).stream();
    }

    static Key<EcsFamily> familyKey(String name) {
        return Kinds.ECS_FAMILY.key("", name);
    }

    /** The revision by which a family is shown. */
    static Optional<Versioned<EcsTaskDefinition>> newest(Snapshot snapshot, String family) {
        return Families.OF_TASKS.newest(snapshot, family);
    }

    private static Optional<Versioned<EcsTaskDefinition>> newest(Snapshot snapshot, Versioned<EcsFamily> family) {
        return Families.OF_TASKS.newest(snapshot, family);
    }

    /** Of the last change that made the object what it is: also the end of a revision that was newer. */
    private static long revision(Snapshot snapshot, Versioned<EcsFamily> family, EcsTaskDefinition newest) {
        long latest = family.revision();
        for (int revision = newest.getRevision(); revision <= family.value().getLatestRevision(); revision++) {
            latest = Math.max(
                    latest,
                    snapshot.get(EcsLookup.definitionKey(family.key().name(), revision))
                            .map(Versioned::revision)
                            .orElse(0L));
        }
        return latest;
    }

    private static boolean isActive(Versioned<EcsTaskDefinition> definition) {
        return definition.value().getStatus() == EcsTaskDefinition.Status.ACTIVE;
    }

    @Override
    Optional<ObjectNode> draw(Snapshot snapshot, Versioned<EcsFamily> family) {
        return newest(snapshot, family).map(found -> {
            EcsTaskDefinition newest = found.value();
            String name = family.key().name();
            ObjectNode object = object(
                    ObjectNames.of(name),
                    revision(snapshot, family, newest),
                    family.value().getKubeMetadataJson());
            long firstAt = snapshot.get(EcsLookup.definitionKey(name, 1))
                    .map(first -> first.value().getRegisteredAtMs())
                    .orElse(newest.getRegisteredAtMs());
            object.withObject("/metadata").put("uid", uid(name)).put("creationTimestamp", Times.text(firstAt));
            object.set("spec", spec(Json.object(newest.getDocumentJson()), name, newest.getTagsMap()));
            object.set("status", status(EcsJson.tree(view.definition(newest))));
            return object;
        });
    }

    @Override
    Key<EcsFamily> make(Writing writing, String objectName, ObjectNode spec) {
        String name = nameOf(spec, objectName);
        checkName(objectName, ObjectNames.of(name), "the family " + name);
        writing.call("RegisterTaskDefinition", request(spec).put("family", name));
        return familyKey(name);
    }

    @Override
    void change(Writing writing, Versioned<EcsFamily> family, ObjectNode before, ObjectNode after) {
        checkKept(before, after, List.of("family"));
        EcsTaskDefinition newest = newest(writing.image(), family).orElseThrow().value();
        ObjectNode request = request(after).put("family", family.key().name());
        if (isSame(writing, newest, request)) {
            retag(writing, drafts().arns().taskDefinition(newest.getFamily(), newest.getRevision()), before, after);
        } else {
            writing.call("RegisterTaskDefinition", request);
        }
    }

    /** Whether the request would register once more what is there: nobody wants a revision for that. */
    private boolean isSame(Writing writing, EcsTaskDefinition newest, ObjectNode request) {
        EcsDraft trial = drafts().on(writing.image());
        JsonNode answer = trial.call("RegisterTaskDefinition", request, writing.caller());
        Key<EcsTaskDefinition> key = EcsLookup.definitionKey(
                newest.getFamily(), answer.at("/taskDefinition/revision").asInt());
        EcsTaskDefinition registered = trial.image().get(key).orElseThrow().value();
        return Json.object(registered.getDocumentJson()).equals(Json.object(newest.getDocumentJson()));
    }

    @Override
    void remove(Writing writing, Versioned<EcsFamily> family) {
        String name = family.key().name();
        List<EcsTaskDefinition> active = writing.image().list(Kinds.ECS_TASK_DEFINITION, name).stream()
                .filter(DefinitionObjects::isActive)
                .map(Versioned::value)
                .toList();
        if (active.size() > DEREGISTERED_MAX) {
            throw KubeRefusal.conflict(
                    kind().resource(),
                    ObjectNames.of(name),
                    "the family has " + active.size() + " active revisions, and at most " + DEREGISTERED_MAX
                            + " can be deregistered at once; deregister some with aws ecs deregister-task-definition");
        }
        active.forEach(definition -> writing.call(
                "DeregisterTaskDefinition",
                Json.object().put("taskDefinition", name + ":" + definition.getRevision())));
        writing.ecs().change(family.key(), record -> keeping(record, ByteString.EMPTY));
    }

    @Override
    EcsFamily keeping(EcsFamily record, ByteString metadata) {
        return record.toBuilder().setKubeMetadataJson(metadata).build();
    }

    private String uid(String family) {
        return UUID.nameUUIDFromBytes(drafts().arns().taskDefinition(family, 0).getBytes(StandardCharsets.UTF_8))
                .toString();
    }
}
