package dev.gantry.cli.view;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.cli.terminal.Durations;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/** Reads members of the API's objects the way tables show them. */
public final class Fields {

    private static final int SHORT_ID = 12;

    private Fields() {}

    /** What stands after the last slash: the name or id in an ARN. */
    public static String lastPart(String arn) {
        return arn.substring(arn.lastIndexOf('/') + 1);
    }

    /** A time as ECS sends it (seconds since 1970 as a number) or as text. */
    public static Optional<Instant> time(JsonNode node) {
        if (node.isNumber()) {
            return Optional.of(Instant.ofEpochMilli(Math.round(node.asDouble() * 1000)));
        }
        try {
            return node.isTextual() ? Optional.of(Instant.parse(node.asText())) : Optional.empty();
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    public static String age(JsonNode node, Instant now) {
        return time(node).map(then -> Durations.age(then, now)).orElse("");
    }

    /** A node's name, which stands where EC2 has the instance's id; else the beginning of its own id. */
    public static String nodeName(JsonNode node) {
        String name = node.path("ec2InstanceId").asText("");
        return name.isEmpty() ? shortId(node.path("containerInstanceArn").asText()) : name;
    }

    public static String attribute(JsonNode node, String name) {
        for (JsonNode attribute : node.path("attributes")) {
            if (attribute.path("name").asText().equals(name)) {
                return attribute.path("value").asText("");
            }
        }
        return "";
    }

    public static String shortId(String arn) {
        String id = lastPart(arn);
        return id.length() > SHORT_ID ? id.substring(0, SHORT_ID) : id;
    }

    /** A node's resource, for example {@code CPU}. */
    public static int resource(JsonNode list, String name) {
        for (JsonNode resource : list) {
            if (resource.path("name").asText().equals(name)) {
                return resource.path("integerValue").asInt();
            }
        }
        return 0;
    }
}
