package dev.gantry.select;

import dev.gantry.proto.LabelRule;
import dev.gantry.proto.LabelSelector;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which labels a compiled selector asks for. */
public final class LabelRules {

    private LabelRules() {}

    /** Whether all rules of the selector hold. */
    public static boolean hold(LabelSelector selector, Map<String, String> labels) {
        for (int i = 0; i < selector.getRulesCount(); i++) {
            if (!holds(selector.getRules(i), labels.get(selector.getRules(i).getKey()))) {
                return false;
            }
        }
        return true;
    }

    /** @param value of the label; null where it is missing, which is then none of any values */
    private static boolean holds(LabelRule rule, @Nullable String value) {
        return switch (rule.getOperator()) {
            case IN -> value != null && rule.getValuesList().contains(value);
            case NOT_IN -> value == null || !rule.getValuesList().contains(value);
            case EXISTS -> value != null;
            case ABSENT -> value == null;
            case UNRECOGNIZED -> false;
        };
    }
}
