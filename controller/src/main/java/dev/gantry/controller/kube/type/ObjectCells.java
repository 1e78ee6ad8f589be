package dev.gantry.controller.kube.type;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.gantry.controller.kube.document.Meta;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What kubectl shows of objects that are mostly data. */
final class ObjectCells {

    private static final Map<String, String> ACCESS_MODES =
            Map.of("ReadWriteOnce", "RWO", "ReadOnlyMany", "ROX", "ReadWriteMany", "RWX", "ReadWriteOncePod", "RWOP");

    private ObjectCells() {}

    static String dataCount(ObjectNode configMap) {
        return Integer.toString(
                configMap.path("data").size() + configMap.path("binaryData").size());
    }

    static String accessModes(ObjectNode volume) {
        JsonNode modes = volume.at("/status/accessModes");
        List<String> all = new ArrayList<>();
        (modes.isEmpty() ? volume.at("/spec/accessModes") : modes)
                .forEach(mode -> all.add(ACCESS_MODES.getOrDefault(mode.asText(), mode.asText())));
        return String.join(",", all);
    }

    /** Of claims and volumes. */
    static String volumePhase(ObjectNode object) {
        return Meta.of(object).isDeleted()
                ? "Terminating"
                : object.at("/status/phase").asText();
    }

    static String claim(ObjectNode volume) {
        JsonNode claim = volume.at("/spec/claimRef");
        return claim.isObject()
                ? claim.path("namespace").asText() + "/" + claim.path("name").asText()
                : "";
    }

    static String quota(ObjectNode quota) {
        List<String> all = new ArrayList<>();
        quota.at("/spec/hard")
                .properties()
                .forEach(hard -> all.add(hard.getKey() + ": "
                        + quota.at("/status/used").path(hard.getKey()).asText("0") + "/"
                        + hard.getValue().asText()));
        return String.join(", ", all);
    }

    static String controller(ObjectNode object) {
        for (JsonNode owner : object.at("/metadata/ownerReferences")) {
            if (owner.path("controller").asBoolean()) {
                String group = owner.path("apiVersion").asText();
                int slash = group.indexOf('/');
                return owner.path("kind").asText().toLowerCase(Locale.ROOT)
                        + (slash < 0 ? "" : "." + group.substring(0, slash)) + "/"
                        + owner.path("name").asText();
            }
        }
        return "<none>";
    }

    static JsonNode lastSeen(ObjectNode event, Instant now) {
        for (String pointer :
                List.of("/series/lastObservedTime", "/lastTimestamp", "/eventTime", "/metadata/creationTimestamp")) {
            String time = event.at(pointer).asText();
            if (!time.isEmpty() && !event.at(pointer).isNull()) {
                return TextNode.valueOf(Age.since(time, now));
            }
        }
        return TextNode.valueOf("<unknown>");
    }

    static String involved(ObjectNode event) {
        JsonNode object = event.path("involvedObject");
        return object.path("kind").asText().toLowerCase(Locale.ROOT) + "/"
                + object.path("name").asText();
    }

    /** Whom a driver asks tokens for. */
    static String audiences(ObjectNode driver) {
        List<String> audiences = driver.at("/spec/tokenRequests")
                .valueStream()
                .map(request -> request.path("audience").asText())
                .toList();
        return audiences.isEmpty() ? "<unset>" : String.join(",", audiences);
    }

    static String subjects(ObjectNode binding, String kind) {
        List<String> all = new ArrayList<>();
        for (JsonNode subject : binding.path("subjects")) {
            if (subject.path("kind").asText().equals(kind)) {
                String namespace = subject.path("namespace").asText();
                all.add((namespace.isEmpty() ? "" : namespace + "/")
                        + subject.path("name").asText());
            }
        }
        return String.join(", ", all);
    }
}
