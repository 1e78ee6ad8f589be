package dev.gantry.cli.view;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Where tasks would go, counted by node, and why some would go nowhere. */
public final class Placements {

    private Placements() {}

    public static List<String> lines(JsonNode answer) {
        Map<String, Integer> counts = new TreeMap<>();
        List<String> unplaced = new ArrayList<>();
        int nowhere = 0;
        for (JsonNode placement : answer.path("placements")) {
            if (placement.hasNonNull("node")) {
                String name =
                        placement.path("name").asText(placement.path("node").asText());
                counts.merge(name, 1, Integer::sum);
            } else if (nowhere++ == 0) {
                unplaced.add("because: " + placement.path("reason").asText("no node fits"));
                for (JsonNode node : placement.path("nodes")) {
                    List<String> reasons = new ArrayList<>();
                    node.path("reasons").forEach(reason -> reasons.add(reason.asText()));
                    unplaced.add("  node "
                            + node.path("name").asText(node.path("node").asText()) + ": " + String.join("; ", reasons));
                }
            }
        }
        List<String> lines = new ArrayList<>();
        counts.forEach((node, count) -> lines.add("would place " + count + " on " + node));
        if (nowhere > 0) {
            lines.add("would leave " + nowhere + " pending");
            lines.addAll(unplaced);
        }
        return lines;
    }
}
