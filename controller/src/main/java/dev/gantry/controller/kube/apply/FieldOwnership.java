package dev.gantry.controller.kube.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import dev.gantry.controller.kube.apply.Managers.Manager;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.refusal.Cause;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import dev.gantry.controller.kube.schema.Schema;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Keeps the books of who owns which fields of an object of one kind, for one writer.
 *
 * @param owner     the writer's name, as in the parameter {@code fieldManager}
 * @param subresource that is written; empty for the object itself
 * @param hasStatus whether the kind has a status of its own, which only writers of that subresource own
 */
public record FieldOwnership(
        Schema schema, String apiVersion, String owner, String subresource, boolean hasStatus, Instant now) {

    private static final String STATUS = "status";
    private static final String KUBECTL = "kubectl";
    private static final String LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";
    private static final List<String> NOBODYS = List.of(
            "name",
            "namespace",
            "creationTimestamp",
            "selfLink",
            "uid",
            "generation",
            "managedFields",
            "resourceVersion",
            "deletionTimestamp",
            "deletionGracePeriodSeconds");
    /** As upstream calls whoever wrote an object before anybody applied it, where nobody kept the books. */
    private static final String BEFORE = "before-first-apply";

    /**
     * The object as it becomes, with the books brought up to date: the writer owns what is different.
     *
     * @param before empty for a new object
     */
    public ObjectNode updated(Optional<ObjectNode> before, ObjectNode after) {
        ObjectNode old = before.map(ObjectNode::deepCopy).orElseGet(Json::object);
        Changes changes = changes(old, after);
        Manager writer = manager(owner, false);
        Managers managers = Managers.of(after)
                .eachBut(writer, fields -> fields.minus(changes.written()).minus(changes.removed()));
        FieldSet mine = managers.of(writer).union(changes.written()).minus(changes.removed());
        ObjectNode result = after.deepCopy();
        managers.with(writer, mine, now).bounded().writeTo(result);
        return result;
    }

    /**
     * The object after somebody applied the part of it that is his.
     *
     * @param live    empty for an object that this makes
     * @param applied without nulls
     * @param force   whether the writer takes what others own
     * @throws KubeRefusal a conflict, when others own what would get another value
     */
    public ObjectNode applied(Optional<ObjectNode> live, ObjectNode applied, boolean force) {
        ObjectNode before = live.map(ObjectNode::deepCopy).orElseGet(Json::object);
        Managers managers = Managers.of(before);
        if (live.isPresent() && managers.entries().isEmpty()) {
            managers = managers.with(manager(BEFORE, false), owned(Changes.all(before, schema)), now);
        }
        ObjectNode wanted = applied.deepCopy();
        wanted.withObject("/metadata").remove("managedFields");
        Manager writer = manager(owner, true);
        FieldSet was = managers.of(writer);
        FieldSet mine = owned(Changes.all(wanted, schema));
        ObjectNode merged = (ObjectNode) Merging.merge(before, wanted, schema);
        FieldSet kept = mine.union(managers.others(writer));
        ObjectNode after = (ObjectNode) Merging.prune(merged, was, kept, schema);
        Changes changes = changes(before, after);
        if (!force) {
            refuseConflicts(managers, writer, changes.written().minus(takenOver(before)));
        }
        Managers settled = managers.with(writer, mine, now)
                .eachBut(writer, fields -> fields.minus(changes.written()).minus(changes.removed()));
        settled.bounded().writeTo(after);
        return after;
    }

    /**
     * What {@code kubectl} once applied itself, and is still so, it may take: so that its users can change over. Upstream's rule as
     * well.
     */
    private FieldSet takenOver(ObjectNode live) {
        Optional<ObjectNode> before = owner.equals(KUBECTL) ? lastApplied(live) : Optional.empty();
        return before.map(last -> {
                    Changes since = Changes.between(last, live, schema);
                    return Changes.all(last, schema).minus(since.modified()).minus(since.removed());
                })
                .orElse(FieldSet.EMPTY);
    }

    private static Optional<ObjectNode> lastApplied(ObjectNode live) {
        JsonNode annotation = live.path("metadata").path("annotations").path(LAST_APPLIED);
        try {
            return annotation.isTextual()
                            && Json.read(ByteString.copyFromUtf8(annotation.asText())) instanceof ObjectNode object
                    ? Optional.of(object)
                    : Optional.empty();
        } catch (UncheckedIOException _) {
            // Anybody may write an annotation; what is no JSON says nothing.
            return Optional.empty();
        }
    }

    private static void refuseConflicts(Managers managers, Manager writer, FieldSet contested) {
        List<Cause> causes = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        managers.entries().forEach((other, entry) -> {
            List<String> paths = other.equals(writer)
                    ? List.of()
                    : entry.fields().common(contested).paths();
            String who = other.words();
            paths.forEach(path -> causes.add(new Cause(path, "FieldManagerConflict", "conflict with " + who)));
            if (!paths.isEmpty()) {
                lines.add("conflicts with " + who + ":");
                paths.forEach(path -> lines.add("- " + path));
            }
        });
        if (causes.size() == 1) {
            Cause only = causes.getFirst();
            throw KubeRefusal.applyConflict(
                    "Apply failed with 1 conflict: " + only.message() + ": " + only.field(), causes);
        }
        if (!causes.isEmpty()) {
            throw KubeRefusal.applyConflict(
                    "Apply failed with " + causes.size() + " conflicts: " + String.join("\n", lines), causes);
        }
    }

    private Manager manager(String name, boolean applies) {
        return new Manager(name, applies, apiVersion, subresource);
    }

    private Changes changes(ObjectNode before, ObjectNode after) {
        Changes all = Changes.between(before, after, schema);
        return new Changes(owned(all.added()), owned(all.modified()), owned(all.removed()));
    }

    /** What somebody can own who writes this part of the object. */
    private FieldSet owned(FieldSet all) {
        String status = Steps.field(STATUS);
        if (subresource.equals(STATUS)) {
            return FieldSet.of(Map.of(status, all.at(status)));
        }
        FieldSet metadata = all.at(Steps.field("metadata"));
        for (String name : NOBODYS) {
            metadata = metadata.without(Steps.field(name));
        }
        FieldSet rest = all.without(Steps.field("apiVersion"))
                .without(Steps.field("kind"))
                .without(Steps.field("metadata"));
        if (hasStatus) {
            rest = rest.without(status);
        }
        FieldSet some = new FieldSet(false, metadata.within());
        return some.isEmpty()
                ? new FieldSet(false, rest.within())
                : new FieldSet(false, rest.within()).union(FieldSet.of(Map.of(Steps.field("metadata"), some)));
    }
}
