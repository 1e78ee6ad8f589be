package dev.gantry.controller.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

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

    /** Of the definition that it is from; null for what is built in. */
    private final @Nullable Patterns patterns;

    Schema(JsonNode node, JsonNode definitions) {
        this(node, definitions, null);
    }

    Schema(JsonNode node, JsonNode definitions, @Nullable Patterns patterns) {
        boolean isReference = node.has("$ref");
        this.here = node;
        this.definitions = definitions;
        this.target = isReference ? definitions.path(node.path("$ref").asText().substring(REFERENCE.length())) : node;
        // Only what is built in is referred to.
        this.patterns = isReference ? null : patterns;
    }

    /** As OpenAPI writes it; read only. */
    public JsonNode json() {
        return here;
    }

    /** Whether it is from a custom definition: then what it does not name is dropped, and what it says of values is checked. */
    public boolean isCustom() {
        return patterns != null;
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

    /** Whether members that it does not name are kept, where it is from a custom definition. */
    public boolean keepsUnknown() {
        return flag("x-kubernetes-preserve-unknown-fields")
                || target.path("additionalProperties").asBoolean();
    }

    /** Whether it is from a custom definition and allows a number as well as a text. */
    public boolean isIntOrString() {
        return flag("x-kubernetes-int-or-string");
    }

    public boolean isNullable() {
        return flag("nullable");
    }

    /** What a custom definition fills in where nothing is said; read only. */
    public Optional<JsonNode> defaultValue() {
        return isCustom() ? Optional.ofNullable(target.get("default")) : Optional.empty();
    }

    /** What the schema says under a name, for example {@code minimum}; missing where it says nothing. */
    public JsonNode rule(String name) {
        return target.path(name);
    }

    /** Schemas beside this one that a value is checked by as well. */
    public List<Schema> all(String name) {
        List<Schema> found = new ArrayList<>();
        target.path(name).forEach(one -> within(one).ifPresent(found::add));
        return found;
    }

    /** What a value must not be. */
    public Optional<Schema> not() {
        return within(target.path("not"));
    }

    /** Whether a part of the text fits the pattern of the schema; also when it has none. */
    public boolean fits(String text) {
        String pattern = target.path("pattern").asText();
        return patterns == null || pattern.isEmpty() || patterns.find(pattern, text);
    }

    private boolean flag(String name) {
        return target.path(name).asBoolean();
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
        return node.isObject() ? Optional.of(new Schema(node, definitions, patterns)) : Optional.empty();
    }

    private static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>();
        list.forEach(one -> texts.add(one.asText()));
        return texts;
    }
}
