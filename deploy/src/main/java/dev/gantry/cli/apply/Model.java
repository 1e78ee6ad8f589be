package dev.gantry.cli.apply;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.aws.ServiceModel;
import java.util.ArrayList;
import java.util.List;

/** The shapes of the ECS API's requests, as AWS publishes them. */
final class Model {

    private final JsonNode shapes;

    private Model(JsonNode shapes) {
        this.shapes = shapes;
    }

    static Model ecs() {
        return new Model(ServiceModel.load("ecs").root().path("shapes"));
    }

    Shape shape(String name) {
        return new Shape(name, shapes.path(name));
    }

    /** One shape, read from the model as it is asked. */
    final class Shape {
        private final String name;
        private final JsonNode node;

        private Shape(String name, JsonNode node) {
            this.name = name;
            this.node = node;
        }

        String name() {
            return name;
        }

        /** {@code structure}, {@code list}, {@code map}, {@code string}, {@code integer}, ... */
        String type() {
            return node.path("type").asText("structure");
        }

        boolean has(String member) {
            return node.path("members").has(member);
        }

        List<String> members() {
            return keys(node.path("members"));
        }

        Shape member(String member) {
            return shape(node.path("members").path(member).path("shape").asText());
        }

        Shape element() {
            return shape(node.path("member").path("shape").asText());
        }

        Shape value() {
            return shape(node.path("value").path("shape").asText());
        }

        List<String> required() {
            return texts(node.path("required"));
        }

        /** Empty unless only certain values are allowed. */
        List<String> values() {
            return texts(node.path("enum"));
        }
    }

    private static List<String> keys(JsonNode node) {
        List<String> keys = new ArrayList<>();
        node.fieldNames().forEachRemaining(keys::add);
        return keys;
    }

    private static List<String> texts(JsonNode node) {
        List<String> texts = new ArrayList<>();
        node.forEach(text -> texts.add(text.asText()));
        return texts;
    }
}
