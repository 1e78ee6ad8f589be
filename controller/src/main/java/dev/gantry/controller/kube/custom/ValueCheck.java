package dev.gantry.controller.kube.custom;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.gantry.controller.kube.refusal.Cause;
import dev.gantry.controller.kube.schema.Schema;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds which values of a custom object are not what its definition asks for. What was there before is not looked at again, so that an
 * object of an earlier definition can still be changed elsewhere. Its cost is bounded by the sizes of the object and of the schema:
 * no schema refers to another one.
 */
public final class ValueCheck {

    private static final JsonNode NOTHING = MissingNode.getInstance();

    private final Faults faults = new Faults();

    private ValueCheck() {}

    /**
     * Empty for a good object.
     *
     * @param before what it replaces; empty for a new object
     */
    public static List<Cause> check(JsonNode object, Optional<? extends JsonNode> before, Schema schema) {
        return check(object, before.isPresent() ? before.get() : NOTHING, schema, "");
    }

    /** Of a value that stands somewhere in a document, and is new there. */
    public static List<Cause> check(JsonNode value, Schema schema, String path) {
        return check(value, NOTHING, schema, path);
    }

    private static List<Cause> check(JsonNode value, JsonNode before, Schema schema, String path) {
        ValueCheck check = new ValueCheck();
        check.value(value, before, schema, path);
        return check.faults.causes();
    }

    private void value(JsonNode value, JsonNode before, Schema schema, String path) {
        if (value.equals(before) || value.isNull() && schema.isNullable()) {
            return;
        }
        if (!isOfType(value, schema)) {
            faults.mistyped(path, value, schema.isIntOrString() ? "integer,string" : schema.type());
            return;
        }
        JsonNode supported = schema.rule("enum");
        if (supported.isArray() && supported.valueStream().noneMatch(one -> isSame(one, value))) {
            faults.unsupported(path, value, supported);
        }
        switch (value.getNodeType()) {
            case STRING -> text(value, schema, path);
            case NUMBER -> NumberRules.check(value, schema, path, faults);
            case ARRAY -> list(value, before, schema, path);
            case OBJECT -> object(value, before, schema, path);
            default -> {
                // Nothing else is said of truths.
            }
        }
        alternatives(value, schema, path);
    }

    private static boolean isOfType(JsonNode value, Schema schema) {
        if (schema.isIntOrString()) {
            return value.isTextual() || NumberRules.isWhole(value);
        }
        return switch (schema.type()) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isTextual();
            case "boolean" -> value.isBoolean();
            case "integer" -> NumberRules.isWhole(value);
            case "number" -> value.isNumber();
            default -> true;
        };
    }

    private static boolean isSame(JsonNode one, JsonNode other) {
        return one.equals(other)
                || one.isNumber() && other.isNumber() && one.decimalValue().compareTo(other.decimalValue()) == 0;
    }

    private void text(JsonNode value, Schema schema, String path) {
        String text = value.textValue();
        int length = text.codePointCount(0, text.length());
        JsonNode most = schema.rule("maxLength");
        JsonNode least = schema.rule("minLength");
        if (most.isNumber() && length > most.asLong()) {
            faults.tooLong(path, most.asLong());
        }
        if (least.isNumber() && length < least.asLong()) {
            faults.invalid(path, value, path + " in body should be at least " + least + " chars long");
        }
        if (!schema.fits(text)) {
            faults.invalid(
                    path,
                    value,
                    path + " in body should match '" + schema.rule("pattern").asText() + "'");
        }
        if (!Formats.fits(schema.format(), text)) {
            faults.invalid(path, value, path + " in body must be of type " + schema.format() + ": " + value);
        }
    }

    private void list(JsonNode list, JsonNode before, Schema schema, String path) {
        JsonNode most = schema.rule("maxItems");
        JsonNode least = schema.rule("minItems");
        if (most.isNumber() && list.size() > most.asLong()) {
            faults.tooMany(path, list.size(), most.asLong());
        }
        if (least.isNumber() && list.size() < least.asLong()) {
            faults.invalid(path, list, path + " in body should have at least " + least + " items");
        }
        if (schema.rule("uniqueItems").asBoolean()
                && new HashSet<>(list.valueStream().toList()).size() < list.size()) {
            faults.invalid(path, list, path + " in body shouldn't contain duplicates");
        }
        unique(list, schema, path);
        Schema items = schema.items().orElse(Schema.ANY);
        for (int i = 0; i < list.size(); i++) {
            value(list.get(i), before.path(i), items, path + "[" + i + "]");
        }
    }

    /** That each item of a set, and each key of a list of type map, is there once. */
    private void unique(JsonNode list, Schema schema, String path) {
        boolean isMap = schema.listType().equals("map");
        if (!isMap && !schema.listType().equals("set")) {
            return;
        }
        Schema items = schema.items().orElse(Schema.ANY);
        Set<JsonNode> seen = new HashSet<>();
        for (int i = 0; i < list.size(); i++) {
            JsonNode key = isMap ? ListKeys.of(list.get(i), schema.listMapKeys(), items) : list.get(i);
            if (!seen.add(key)) {
                faults.duplicate(path + "[" + i + "]", key);
            }
        }
    }

    private void object(JsonNode object, JsonNode before, Schema schema, String path) {
        JsonNode most = schema.rule("maxProperties");
        JsonNode least = schema.rule("minProperties");
        if (most.isNumber() && object.size() > most.asLong()) {
            faults.tooMany(path, object.size(), most.asLong());
        }
        if (least.isNumber() && object.size() < least.asLong()) {
            faults.invalid(path, object, path + " in body should have at least " + least + " properties");
        }
        for (String name : schema.required()) {
            if (!object.has(name)) {
                faults.required(within(path, name));
            }
        }
        if (schema.rule("x-kubernetes-embedded-resource").asBoolean()) {
            List.of("apiVersion", "kind").stream()
                    .filter(name -> object.path(name).asText().isEmpty())
                    .forEach(name -> faults.required(within(path, name)));
        }
        for (Map.Entry<String, JsonNode> member : object.properties()) {
            schema.property(member.getKey())
                    .or(schema::additional)
                    .ifPresent(known -> value(
                            member.getValue(), before.path(member.getKey()), known, within(path, member.getKey())));
        }
    }

    private void alternatives(JsonNode value, Schema schema, String path) {
        List<Schema> all = schema.all("allOf");
        for (Schema one : all) {
            List<Cause> wrong = check(value, one, path);
            if (!wrong.isEmpty()) {
                faults.addAll(wrong);
                faults.invalid(path, value, quoted(path) + " must validate all the schemas (allOf)");
            }
        }
        List<Schema> any = schema.all("anyOf");
        if (!any.isEmpty() && count(value, any, path) == 0) {
            faults.invalid(path, value, quoted(path) + " must validate at least one schema (anyOf)");
            faults.addAll(nearest(value, any, path));
        }
        List<Schema> only = schema.all("oneOf");
        long valid = count(value, only, path);
        if (!only.isEmpty() && valid != 1) {
            String found = valid == 0 ? "Found none valid" : "Found " + valid + " valid alternatives";
            faults.invalid(path, value, quoted(path) + " must validate one and only one schema (oneOf). " + found);
            if (valid == 0) {
                faults.addAll(nearest(value, only, path));
            }
        }
        if (schema.not().filter(not -> check(value, not, path).isEmpty()).isPresent()) {
            faults.invalid(path, value, quoted(path) + " must not validate the schema (not)");
        }
    }

    private static long count(JsonNode value, List<Schema> schemas, String path) {
        return schemas.stream().filter(one -> check(value, one, path).isEmpty()).count();
    }

    /** What is wrong by the alternative that comes closest. */
    private static List<Cause> nearest(JsonNode value, List<Schema> schemas, String path) {
        return schemas.stream()
                .map(one -> check(value, one, path))
                .min(java.util.Comparator.comparingInt(List::size))
                .orElse(List.of());
    }

    private static String quoted(String path) {
        return "\"" + path + "\"";
    }

    private static String within(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }
}
