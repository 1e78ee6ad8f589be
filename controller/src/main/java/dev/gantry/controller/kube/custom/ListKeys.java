package dev.gantry.controller.kube.custom;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.schema.Schema;
import java.util.List;

/** What tells the items of a list apart. */
final class ListKeys {

    private ListKeys() {}

    /** The keys that an item has or that are filled in for it. */
    static ObjectNode of(JsonNode item, List<String> names, Schema items) {
        ObjectNode keys = Json.object();
        for (String name : names) {
            JsonNode key = item.path(name);
            if (key.isMissingNode()) {
                items.property(name).flatMap(Schema::defaultValue).ifPresent(found -> keys.set(name, found));
            } else {
                keys.set(name, key);
            }
        }
        return keys;
    }
}
