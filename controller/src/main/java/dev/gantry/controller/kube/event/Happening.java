package dev.gantry.controller.kube.event;

import java.time.Instant;

/**
 * What happened to an object, how often, and when.
 *
 * @param key tells it from all else that happens to the same object; what has the same key is counted, not told anew
 * @param warning whether a person should look
 * @param reason one word in upper camel case
 * @param component what says so, for example {@code kubelet}
 * @param fieldPath the part of the object, for example {@code spec.containers{web}}; may be empty
 * @param last when it happened last; the epoch for now
 */
public record Happening(
        String key,
        boolean warning,
        String reason,
        String message,
        String component,
        String fieldPath,
        Instant last,
        int count) {

    /** Once, to the object as a whole. */
    public static Happening once(String component, String reason, String message, Instant at) {
        return new Happening(reason + " " + message, false, reason, message, component, "", at, 1);
    }

    public Happening asWarning() {
        return new Happening(key, true, reason, message, component, fieldPath, last, count);
    }

    /** However its message changes, it is the same. */
    public Happening keyed(String newKey) {
        return new Happening(newKey, warning, reason, message, component, fieldPath, last, count);
    }

    public Happening at(String newFieldPath) {
        return new Happening(key, warning, reason, message, component, newFieldPath, last, count);
    }

    public Happening times(int newCount) {
        return new Happening(key, warning, reason, message, component, fieldPath, last, newCount);
    }
}
