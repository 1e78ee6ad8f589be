package dev.gantry.cli.view;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** The answer to "why?", as indented lines. */
public final class Why {

    private static final int EVENTS_MAX = 10;
    private static final int LOG_LINES_MAX = 10;

    private Why() {}

    public static List<String> lines(JsonNode why) {
        List<String> lines = new ArrayList<>();
        String summary = why.path("summary").asText("");
        lines.add(why.path("kind").asText() + "/" + why.path("name").asText()
                + (summary.isEmpty() ? "" : ": " + summary));
        why.path("tasks").forEach(task -> task(task, lines));
        if (!why.path("events").isEmpty()) {
            lines.add("  events:");
        }
        int events = 0;
        for (JsonNode event : why.path("events")) {
            if (events++ < EVENTS_MAX) {
                lines.add("    " + event.path("at").asText() + "  "
                        + event.path("text").asText());
            }
        }
        return lines;
    }

    private static void task(JsonNode task, List<String> lines) {
        StringBuilder head = new StringBuilder("  task/").append(task.path("id").asText());
        head.append(' ').append(task.path("lastStatus").asText());
        String desired = task.path("desiredStatus").asText("");
        if (!desired.isEmpty() && !desired.equals(task.path("lastStatus").asText())) {
            head.append(" (desired ").append(desired).append(')');
        }
        lines.add(head.toString());
        say(lines, "    stop code: ", task.path("stopCode"));
        say(lines, "    stopped because: ", task.path("stoppedReason"));
        say(lines, "    not placed: ", task.path("unplacedReason"));
        for (JsonNode node : task.path("nodes")) {
            List<String> reasons = new ArrayList<>();
            node.path("reasons").forEach(reason -> reasons.add(reason.asText()));
            String name = node.path("name").asText(node.path("node").asText());
            lines.add("      node " + name + ": " + String.join("; ", reasons));
        }
        task.path("containers").forEach(container -> container(container, lines));
        for (JsonNode note : task.path("notes")) {
            lines.add(
                    "    " + note.path("at").asText() + "  " + note.path("text").asText());
        }
    }

    private static void container(JsonNode container, List<String> lines) {
        StringBuilder line = new StringBuilder("    container ")
                .append(container.path("name").asText());
        line.append(": ").append(container.path("lastStatus").asText());
        if (container.hasNonNull("exitCode")) {
            line.append(", exit code ").append(container.path("exitCode").asInt());
        }
        String reason = container.path("reason").asText("");
        if (!reason.isEmpty()) {
            line.append(", ").append(reason);
        }
        lines.add(line.toString());
        List<String> tail = logTail(container.path("logTail"));
        tail.subList(Math.max(0, tail.size() - LOG_LINES_MAX), tail.size())
                .forEach(text -> lines.add("      | " + text));
    }

    private static List<String> logTail(JsonNode tail) {
        if (tail.isTextual()) {
            return tail.asText().isEmpty() ? List.of() : tail.asText().lines().toList();
        }
        List<String> lines = new ArrayList<>();
        tail.forEach(line ->
                lines.add(line.isTextual() ? line.asText() : line.path("text").asText()));
        return lines;
    }

    private static void say(List<String> lines, String label, JsonNode text) {
        if (!text.asText("").isEmpty() && !text.isNull()) {
            lines.add(label + text.asText());
        }
    }
}
