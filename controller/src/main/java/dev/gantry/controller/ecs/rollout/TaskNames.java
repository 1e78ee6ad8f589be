package dev.gantry.controller.ecs.rollout;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.UUID;

/** Names that follow from what they name, so that deciding twice yields the same ones. */
final class TaskNames {

    private static final int TASK_ID_DIGITS = 32;

    private TaskNames() {}

    /** The id of a service's task by the number of tasks that were made before. */
    static String task(String serviceUid, long ordinal) {
        return HexFormat.of().formatHex(digest(serviceUid + "/" + ordinal)).substring(0, TASK_ID_DIGITS);
    }

    private static byte[] digest(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** The name of an event's record: sorts as its number. */
    static String event(long number) {
        return String.format("%016d", number);
    }

    static String eventId(String serviceUid, long number) {
        return UUID.nameUUIDFromBytes((serviceUid + "/event/" + number).getBytes(StandardCharsets.UTF_8))
                .toString();
    }
}
