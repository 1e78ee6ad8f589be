package dev.gantry.cli.view;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** An event as one line: when, what kind, about what, and what happened. */
public final class EventLine {

    private EventLine() {}

    /** @param event in EventBridge's envelope */
    public static String of(JsonNode event) {
        JsonNode detail = event.path("detail");
        String name = Fields.lastPart(event.path("resources").path(0).asText());
        return switch (event.path("detail-type").asText()) {
            case "ECS Task State Change" -> line(event, "task", Fields.shortId(name), task(detail));
            case "ECS Container Instance State Change" -> line(event, "node", Fields.shortId(name), node(detail));
            case "ECS Service Action" -> line(event, "service", name, service(detail));
            case "ECS Deployment State Change" ->
                line(event, "deployment", name, words(text(detail, "eventName"), text(detail, "reason")));
            case "ECS Hook State Change" ->
                line(
                        event,
                        "hook",
                        Fields.lastPart(text(detail, "serviceArn")),
                        words(text(detail, "eventName"), text(detail, "lifecycleStage")));
            default -> line(event, event.path("detail-type").asText(), name, "");
        };
    }

    private static String line(JsonNode event, String kind, String name, String what) {
        return String.format(
                        Locale.ROOT, "%s  %-10s  %-20s  %s", event.path("time").asText(), kind, name, what)
                .stripTrailing();
    }

    private static String task(JsonNode detail) {
        boolean stops = text(detail, "desiredStatus").equals("STOPPED")
                && !text(detail, "lastStatus").equals("STOPPED");
        return words(
                text(detail, "lastStatus"),
                stops ? "(to stop)" : "",
                text(detail, "group"),
                text(detail, "stoppedReason"));
    }

    private static String node(JsonNode detail) {
        return words(
                text(detail, "status"),
                detail.path("agentConnected").asBoolean() ? "connected" : "not connected",
                text(detail, "ec2InstanceId"));
    }

    private static String service(JsonNode detail) {
        List<String> tasks = new ArrayList<>();
        detail.path("taskArns").forEach(arn -> tasks.add(Fields.shortId(Fields.lastPart(arn.asText()))));
        return words(text(detail, "eventName"), text(detail, "reason"), String.join(" ", tasks));
    }

    private static String text(JsonNode detail, String name) {
        return detail.path(name).asText();
    }

    private static String words(String... words) {
        return String.join(
                "  ", List.of(words).stream().filter(word -> !word.isEmpty()).toList());
    }
}
