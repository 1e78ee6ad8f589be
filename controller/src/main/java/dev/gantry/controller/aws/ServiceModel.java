package dev.gantry.controller.aws;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The published model of one AWS service, as data: metadata, operations, shapes, pagination. */
public final class ServiceModel {

    /** One operation; an absent input or output means an empty structure. */
    public record Operation(String name, Optional<Shape> input, Optional<Shape> output) {}

    private final JsonNode root;
    private final Map<String, Shape> shapes = new HashMap<>();
    private final Map<String, Operation> operations = new HashMap<>();

    private ServiceModel(JsonNode root) {
        this.root = root;
        root.path("shapes")
                .properties()
                .forEach(shape -> shapes.put(shape.getKey(), new Shape(shape.getKey(), shape.getValue())));
        shapes.values().forEach(shape -> shape.link(this::shape));
        root.path("operations").properties().forEach(operation -> {
            Optional<Shape> input = shapeOf(operation.getValue().path("input"));
            Optional<Shape> output = shapeOf(operation.getValue().path("output"));
            operations.put(operation.getKey(), new Operation(operation.getKey(), input, output));
        });
    }

    /** Reads {@code /aws/<service>.json} from the class path. */
    public static ServiceModel load(String service) {
        try (InputStream in = ServiceModel.class.getResourceAsStream("/aws/" + service + ".json")) {
            if (in == null) {
                throw new IllegalStateException("no model of AWS service " + service + " on the class path");
            }
            return new ServiceModel(new ObjectMapper().readTree(in));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public JsonNode root() {
        return root;
    }

    /** The name in credential scopes, for example {@code ecs}. */
    public String signingName() {
        JsonNode metadata = root.path("metadata");
        return metadata.has("signingName")
                ? metadata.path("signingName").asText()
                : metadata.path("endpointPrefix").asText();
    }

    /** What people call the service, for example {@code ECS}. */
    public String serviceId() {
        return root.path("metadata").path("serviceId").asText();
    }

    /** What stands before the operation in {@code X-Amz-Target}; empty for protocols without that header. */
    public String targetPrefix() {
        return root.path("metadata").path("targetPrefix").asText();
    }

    public Optional<Operation> operation(String name) {
        return Optional.ofNullable(operations.get(name));
    }

    /** @throws IllegalStateException when the model has no such shape */
    public Shape shape(String name) {
        Shape shape = shapes.get(name);
        if (shape == null) {
            throw new IllegalStateException("the model of " + serviceId() + " has no shape " + name);
        }
        return shape;
    }

    public boolean hasShape(String name) {
        return shapes.containsKey(name);
    }

    private Optional<Shape> shapeOf(JsonNode reference) {
        return reference.has("shape")
                ? Optional.of(shape(reference.path("shape").asText()))
                : Optional.empty();
    }
}
