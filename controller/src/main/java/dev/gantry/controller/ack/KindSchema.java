package dev.gantry.controller.ack;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.aws.ServiceModel;
import dev.gantry.controller.aws.Shape;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.schema.Schema;
import dev.gantry.controller.kube.schema.Schemas;
import java.util.Map;

/** The schema of a kind in OpenAPI, made of the shapes that ECS's model has of it. */
final class KindSchema {

    private static final String METADATA = "#/components/schemas/V1ObjectMeta";
    private static final String TYPE = "type";
    private static final String DESCRIPTION = "description";
    private static final String STRING = "string";
    private static final String PROPERTIES = "properties";

    private static final Map<EcsKind, String> WORDS = Map.of(
            EcsKind.CLUSTER,
            "A cluster of ECS. It is the same resource that aws ecs describe-clusters shows.",
            EcsKind.SERVICE,
            "A service of ECS: keeps so many tasks of a task definition running. It is the same resource that aws ecs"
                    + " describe-services shows.",
            EcsKind.TASK_DEFINITION,
            "A family of task definitions of ECS, shown by its newest active revision. A change of the spec registers a"
                    + " new revision; deletion deregisters all of them.");

    private static final Map<String, String> MEMBERS = Map.ofEntries(
            Map.entry(
                    "name",
                    "The name in ECS. The object's own name follows from it; without it, it from the object's."),
            Map.entry(
                    "family",
                    "The name in ECS. The object's own name follows from it; without it, it from the object's."),
            Map.entry(
                    "cluster",
                    "The name or ARN of the cluster; without it the cluster \"default\". Cannot be changed."),
            Map.entry("desiredCount", "How many tasks shall run."),
            Map.entry(
                    "taskDefinition",
                    "family, family:revision or ARN; a family stands for its newest active revision."),
            Map.entry("clusterRef", "The object of the cluster, instead of spec.cluster."),
            Map.entry("taskDefinitionRef", "The object of the task definition, instead of spec.taskDefinition."),
            Map.entry("tags", "Tags of the resource in ECS."),
            Map.entry("deploymentConfiguration", "How tasks are replaced when the task definition changes."));

    private KindSchema() {}

    static Schema of(EcsKind kind, ServiceModel model) {
        ObjectNode json = object(WORDS.getOrDefault(kind, ""));
        ObjectNode members = json.putObject(PROPERTIES);
        members.putObject("apiVersion").put(TYPE, STRING);
        members.putObject("kind").put(TYPE, STRING);
        members.putObject("metadata").put("$ref", METADATA);
        members.set("spec", spec(kind, model.shape(kind.input().shape())));
        members.set("status", status(kind, model.shape(kind.output().shape())));
        return Schemas.builtIn().guest(json);
    }

    private static ObjectNode spec(EcsKind kind, Shape shape) {
        ObjectNode spec = object("What is wanted: the members of ECS's " + shape.name() + ".");
        ObjectNode members = spec.putObject(PROPERTIES);
        shape.members().forEach((member, of) -> {
            if (member.equals(EcsKind.CLIENT_TOKEN)) {
                return;
            }
            String shown = member.equals(kind.input().name()) ? kind.input().shown() : Spelling.shown(member);
            members.set(shown, described(shown, of(of)));
            String reference = EcsKind.REFERENCES.get(member);
            if (reference != null) {
                members.set(reference, described(reference, reference()));
            }
        });
        return spec;
    }

    private static ObjectNode status(EcsKind kind, Shape shape) {
        ObjectNode status = object("What is, as ECS describes it.");
        ObjectNode members = status.putObject(PROPERTIES);
        ObjectNode known = object("The resource in ECS.");
        texts(known, "arn", "ownerAccountID", "region");
        members.set("ackResourceMetadata", known);
        ObjectNode condition = object("");
        texts(condition, TYPE, "status", "message");
        list(members.putObject("conditions"), condition);
        kind.status().forEach(member -> {
            Shape of = shape.members().get(member);
            if (of != null) {
                members.set(Spelling.shown(member), of(of));
            }
        });
        return status;
    }

    private static ObjectNode reference() {
        ObjectNode reference = object("");
        ObjectNode from = object("");
        texts(from, "name", "namespace");
        reference.putObject(PROPERTIES).set("from", from);
        return reference;
    }

    private static ObjectNode of(Shape shape) {
        ObjectNode json = Json.object();
        return switch (shape.type()) {
            case STRUCTURE -> {
                ObjectNode members = json.put(TYPE, "object").putObject(PROPERTIES);
                shape.members().forEach((member, of) -> members.set(Spelling.shown(member), of(of)));
                yield json;
            }
            case LIST -> list(json, of(shape.element()));
            case MAP -> json.put(TYPE, "object").set("additionalProperties", of(shape.element()));
            case INTEGER -> json.put(TYPE, "integer").put("format", "int32");
            case LONG -> json.put(TYPE, "integer").put("format", "int64");
            case FLOAT, DOUBLE -> json.put(TYPE, "number").put("format", "double");
            case BOOLEAN -> json.put(TYPE, "boolean");
            case TIMESTAMP -> json.put(TYPE, STRING).put("format", "date-time");
            case STRING, BLOB -> {
                json.put(TYPE, STRING);
                if (!shape.enumValues().isEmpty()) {
                    shape.enumValues().forEach(json.putArray("enum")::add);
                }
                yield json;
            }
        };
    }

    private static ObjectNode list(ObjectNode json, ObjectNode items) {
        return json.put(TYPE, "array").set("items", items);
    }

    private static ObjectNode object(String description) {
        ObjectNode json = Json.object();
        return (description.isEmpty() ? json : json.put(DESCRIPTION, description)).put(TYPE, "object");
    }

    private static ObjectNode described(String member, ObjectNode json) {
        String words = MEMBERS.get(member);
        return words == null ? json : json.put(DESCRIPTION, words);
    }

    private static void texts(ObjectNode json, String... members) {
        for (String member : members) {
            json.withObject("/" + PROPERTIES).putObject(member).put(TYPE, STRING);
        }
    }
}
