package dev.gantry.controller.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is known of one value of a document: a kind, or something within one. */
public final class Schema {

    static final String REFERENCE = "#/components/schemas/";

    /** Says nothing, and so allows everything. */
    public static final Schema ANY = new Schema(MissingNode.getInstance(), MissingNode.getInstance());

    /** What stands beside a reference: the description and how the list merges. */
    private final JsonNode here;

    /** What is referred to, or the same. */
    private final JsonNode target;

    private final JsonNode definitions;

    Schema(JsonNode node, JsonNode definitions) {
        this.here = node;
        this.definitions = definitions;
        this.target =
                node.has("$ref") ? definitions.path(node.path("$ref").asText().substring(REFERENCE.length())) : node;
    }

    /** A member that is named in the schema. */
    public Optional<Schema> property(String name) {
        return within(target.path("properties").path(name));
    }

    /** The names of the members that it has, or may have. */
    public List<String> properties() {
        List<String> names = new ArrayList<>();
        target.path("properties").fieldNames().forEachRemaining(names::add);
        return names;
    }

    /** What each item of a list is. */
    public Optional<Schema> items() {
        return within(target.path("items"));
    }

    /** What each value of a map is. */
    public Optional<Schema> additional() {
        return within(target.path("additionalProperties"));
    }

    /** The member if it is named, else what any member is, else something of which nothing is known. */
    public Schema member(String name) {
        return property(name).or(this::additional).orElse(ANY);
    }

    /** Whether members that it does not name are fine. */
    public boolean isOpen() {
        return properties().isEmpty() && additional().isEmpty();
    }

    /** For example {@code object}; empty where any is fine. */
    public String type() {
        return target.path("type").asText();
    }

    /** For example {@code date-time}, {@code quantity} or {@code int-or-string}; empty where there is none. */
    public String format() {
        return target.path("format").asText();
    }

    /** For people. */
    public String description() {
        return (here.has("description") ? here : target).path("description").asText();
    }

    public List<String> required() {
        return texts(target.path("required"));
    }

    /** What a strategic merge patch does with a list or map: {@code merge}, {@code retainKeys}, both, or nothing. */
    public List<String> patchStrategy() {
        String text = extension("patch-strategy");
        return text.isEmpty() ? List.of() : List.of(text.split(","));
    }

    /** The member by which a strategic merge patch tells the items of a list apart; empty where there is none. */
    public String mergeKey() {
        return extension("patch-merge-key");
    }

    /** {@code map}, {@code set}, or {@code atomic}. */
    public String listType() {
        String type = extension("list-type");
        return type.isEmpty() ? "atomic" : type;
    }

    /** The members that tell the items of a list of type {@code map} apart. */
    public List<String> listMapKeys() {
        return texts(here.path("x-kubernetes-list-map-keys"));
    }

    /** Whether an object is owned and replaced as a whole. */
    public boolean isAtomicMap() {
        return extension("map-type").equals("atomic");
    }

    private String extension(String name) {
        String key = "x-kubernetes-" + name;
        return (here.has(key) ? here : target).path(key).asText();
    }

    private Optional<Schema> within(JsonNode node) {
        return node.isObject() ? Optional.of(new Schema(node, definitions)) : Optional.empty();
    }

    private static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>();
        list.forEach(one -> texts.add(one.asText()));
        return texts;
    }
}
