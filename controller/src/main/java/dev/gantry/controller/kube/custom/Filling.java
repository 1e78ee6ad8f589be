package dev.gantry.controller.kube.custom;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.schema.Schema;
import java.util.Map;
import java.util.Optional;

/** Fills in what a custom object does not say and its definition has a default for. */
public final class Filling {

    private Filling() {}

    /** Changes the value. A null that may not be there counts as nothing. */
    public static void fill(JsonNode value, Schema schema) {
        if (!schema.isCustom()) {
            return;
        }
        if (value instanceof ObjectNode object) {
            object(object, schema);
        } else if (value instanceof ArrayNode && schema.items().isPresent()) {
            Schema items = schema.items().get();
            value.forEach(item -> fill(item, items));
        }
    }

    private static void object(ObjectNode object, Schema schema) {
        object.properties()
                .removeIf(member -> member.getValue().isNull()
                        && schema.property(member.getKey())
                                .or(schema::additional)
                                .filter(known -> !known.isNullable())
                                .isPresent());
        for (String name : schema.properties()) {
            if (!object.has(name)) {
                Optional<JsonNode> wanted = schema.property(name).flatMap(Schema::defaultValue);
                wanted.ifPresent(found -> object.set(name, found.deepCopy()));
            }
        }
        for (Map.Entry<String, JsonNode> member : object.properties()) {
            schema.property(member.getKey()).or(schema::additional).ifPresent(known -> fill(member.getValue(), known));
        }
    }

    /** Whether it may fill in anything at all. */
    static boolean isNeeded(Schema schema) {
        return schema.isCustom()
                && (schema.defaultValue().isPresent()
                        || schema.items().filter(Filling::isNeeded).isPresent()
                        || schema.additional().filter(Filling::isNeeded).isPresent()
                        || schema.properties().stream()
                                .anyMatch(name -> schema.property(name)
                                        .filter(Filling::isNeeded)
                                        .isPresent()));
    }
}
