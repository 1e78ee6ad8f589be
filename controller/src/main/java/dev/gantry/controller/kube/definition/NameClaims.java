package dev.gantry.controller.kube.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.custom.Definition;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.owner.Conditions.Condition;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Decides which of its names a definition gets, among the others of its group.
 *
 * @param accepted what it may be called from now on
 * @param verdict  the condition {@code NamesAccepted}
 */
record NameClaims(ObjectNode accepted, Condition verdict) {

    static final String TYPE = "NamesAccepted";

    private static final List<String> RESOURCES = List.of("plural", "singular", "shortNames");
    private static final List<String> KINDS = List.of("kind", "listKind");

    /** @param others the statuses of the other definitions of the group; what they have, nobody else gets */
    static NameClaims decide(Definition definition, Collection<? extends JsonNode> others) {
        JsonNode wanted = definition.document().spec().path("names");
        ObjectNode accepted = definition.document().status().path("acceptedNames") instanceof ObjectNode before
                ? before.deepCopy()
                : Json.object();
        Condition verdict = Condition.of(TYPE, true, "NoConflicts", "no conflicts found");
        for (List<String> space : List.of(RESOURCES, KINDS)) {
            Set<String> taken = taken(others, space);
            for (String member : space) {
                List<String> conflicts = texts(wanted.path(member)).stream()
                        .filter(taken::contains)
                        .toList();
                if (conflicts.isEmpty()) {
                    copy(wanted, accepted, member);
                } else {
                    String reason = Character.toUpperCase(member.charAt(0)) + member.substring(1) + "Conflict";
                    verdict = Condition.of(TYPE, false, reason, "\"" + conflicts.getFirst() + "\" is already in use");
                }
            }
        }
        copy(wanted, accepted, "categories");
        return new NameClaims(accepted, verdict);
    }

    boolean areAccepted() {
        return verdict.status().equals("True");
    }

    /** Whether both want a name that only one of them can have. */
    static boolean compete(Definition one, Definition other) {
        return List.of(RESOURCES, KINDS).stream().anyMatch(space -> {
            Set<String> wanted = wanted(one, space);
            wanted.retainAll(wanted(other, space));
            return !wanted.isEmpty();
        });
    }

    private static Set<String> wanted(Definition definition, List<String> space) {
        Set<String> names = new HashSet<>();
        space.forEach(member ->
                names.addAll(texts(definition.document().spec().path("names").path(member))));
        return names;
    }

    private static Set<String> taken(Collection<? extends JsonNode> others, List<String> space) {
        Set<String> taken = new HashSet<>();
        for (JsonNode other : others) {
            space.forEach(
                    member -> taken.addAll(texts(other.path("acceptedNames").path(member))));
        }
        return taken;
    }

    private static List<String> texts(JsonNode value) {
        return value.isTextual() ? List.of(value.asText()) : Json.texts(value);
    }

    private static void copy(JsonNode from, ObjectNode to, String member) {
        JsonNode value = from.path(member);
        if (value.isMissingNode()) {
            to.remove(member);
        } else {
            to.set(member, value.deepCopy());
        }
    }
}
