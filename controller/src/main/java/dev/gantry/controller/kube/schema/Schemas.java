package dev.gantry.controller.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;

/** The schemas of all kinds, by version and name. */
public final class Schemas {

    private static final String RESOURCE = "schemas.json.gz";

    private final JsonNode kinds;
    private final JsonNode definitions;

    private Schemas(JsonNode document) {
        this.kinds = document.path("kinds");
        this.definitions = document.path("schemas");
    }

    /** The kinds that Kubernetes itself has; read when they are first asked for. */
    public static Schemas builtIn() {
        return BuiltIn.SCHEMAS;
    }

    /** @param apiVersion for example {@code apps/v1} */
    public Optional<Schema> find(String apiVersion, String kind) {
        JsonNode name = kinds.path(apiVersion + " " + kind);
        return name.isMissingNode()
                ? Optional.empty()
                : Optional.of(new Schema(definitions.path(name.asText()), definitions));
    }

    /** Reads what a custom definition says of its kind; it may refer to what is built in. */
    public Schema custom(JsonNode schema) {
        return new Schema(schema, definitions, new Patterns());
    }

    /** What is known of a kind that is built in elsewhere; it may refer to what is built in here. */
    public Schema guest(JsonNode schema) {
        return new Schema(schema, definitions);
    }

    /** Under which name {@link #definitions} has a kind. */
    public Optional<String> name(String apiVersion, String kind) {
        return Optional.of(kinds.path(apiVersion + " " + kind).asText()).filter(name -> !name.isEmpty());
    }

    /**
     * All definitions that the kinds of a version are made of, as OpenAPI v3 has them under {@code components.schemas}. The caller must not change them.
     */
    public ObjectNode definitions(String apiVersion) {
        TreeMap<String, JsonNode> found = new TreeMap<>();
        kinds.properties().stream()
                .filter(kind -> kind.getKey().startsWith(apiVersion + " "))
                .forEach(kind -> collect(kind.getValue().asText(), found));
        return object(found);
    }

    /** All definitions that a schema refers to. The caller must not change them. */
    public ObjectNode referred(JsonNode schema) {
        TreeMap<String, JsonNode> found = new TreeMap<>();
        collectFrom(schema, found);
        return object(found);
    }

    private static ObjectNode object(TreeMap<String, JsonNode> members) {
        ObjectNode all = JsonMapper.builder().build().createObjectNode();
        all.setAll(members);
        return all;
    }

    private void collect(String name, TreeMap<String, JsonNode> into) {
        if (into.putIfAbsent(name, definitions.path(name)) == null) {
            collectFrom(definitions.path(name), into);
        }
    }

    private void collectFrom(JsonNode schema, TreeMap<String, JsonNode> into) {
        schema.findValuesAsText("$ref").stream()
                // A schema of schemas has a member of that name, which is no reference.
                .filter(reference -> reference.startsWith(Schema.REFERENCE))
                .forEach(reference -> collect(reference.substring(Schema.REFERENCE.length()), into));
    }

    private static final class BuiltIn {

        static final Schemas SCHEMAS = read();

        private static Schemas read() {
            try (InputStream bytes = Objects.requireNonNull(Schemas.class.getResourceAsStream(RESOURCE), RESOURCE);
                    InputStream json = new GZIPInputStream(bytes)) {
                return new Schemas(JsonMapper.builder().build().readTree(json));
            } catch (IOException e) {
                throw new UncheckedIOException("the schemas of the Kubernetes API cannot be read", e);
            }
        }
    }
}
