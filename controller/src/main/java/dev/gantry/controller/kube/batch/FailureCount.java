package dev.gantry.controller.kube.batch;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/**
 * How often the pods of an index had failed when one of them was made, as that one's annotations say.
 *
 * @param ignored by the job's failure policy; not among the others
 */
record FailureCount(int counted, int ignored) {

    static final String COUNTED = "batch.kubernetes.io/job-index-failure-count";
    static final String IGNORED = "batch.kubernetes.io/job-index-ignored-failure-count";

    static final FailureCount NONE = new FailureCount(0, 0);

    static FailureCount of(Map<String, String> annotations) {
        return new FailureCount(number(annotations, COUNTED), number(annotations, IGNORED));
    }

    private static int number(Map<String, String> annotations, String name) {
        String text = annotations.getOrDefault(name, "");
        // Whoever may change pods may change it.
        return text.matches("\\d{1,9}") ? Integer.parseInt(text) : 0;
    }

    /** With one more failure. */
    FailureCount after(FailurePolicy.Action action) {
        return action == FailurePolicy.Action.IGNORE
                ? new FailureCount(counted, ignored + 1)
                : new FailureCount(counted + 1, ignored);
    }

    int total() {
        return counted + ignored;
    }

    void writeTo(ObjectNode annotations) {
        annotations.put(COUNTED, Integer.toString(counted));
        if (ignored > 0) {
            annotations.put(IGNORED, Integer.toString(ignored));
        }
    }
}
