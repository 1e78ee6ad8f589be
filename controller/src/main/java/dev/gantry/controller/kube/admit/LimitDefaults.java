package dev.gantry.controller.kube.admit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** The defaults of limit ranges: what is not said of containers follows from what is. */
final class LimitDefaults {

    private static final String LIMIT = "default";
    private static final String REQUEST = "defaultRequest";

    /** From, and to where nothing is said; in this order. */
    private static final List<List<String>> STEPS =
            List.of(List.of("max", LIMIT), List.of(LIMIT, REQUEST), List.of("min", REQUEST));

    private LimitDefaults() {}

    static void apply(Gaps range) {
        range.at("spec")
                .flatMap(spec -> spec.each("limits"))
                .filter(item -> item.text("type").equals("Container"))
                .forEach(item -> STEPS.forEach(step -> fill(item, step.getFirst(), step.getLast())));
    }

    private static void fill(Gaps item, String from, String to) {
        item.object().path(from).properties().forEach(entry -> {
            ObjectNode amounts = item.within(to).object();
            amounts.putIfAbsent(entry.getKey(), entry.getValue().deepCopy());
        });
    }
}
