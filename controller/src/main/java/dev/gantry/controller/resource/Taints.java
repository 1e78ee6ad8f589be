package dev.gantry.controller.resource;

import dev.gantry.proto.Taint;
import dev.gantry.proto.Toleration;
import java.util.List;
import java.util.OptionalLong;

/** What taints of a node mean to a pod. See the documentation of Kubernetes, "Taints and Tolerations". */
public final class Taints {

    public static final String NO_SCHEDULE = "NoSchedule";
    public static final String PREFER_NO_SCHEDULE = "PreferNoSchedule";
    public static final String NO_EXECUTE = "NoExecute";

    /** All that there are. */
    public static final List<String> EFFECTS = List.of(NO_EXECUTE, NO_SCHEDULE, PREFER_NO_SCHEDULE);

    /** What a cordon is to a pod: one that tolerates it comes to the node nevertheless. */
    public static final Taint UNSCHEDULABLE = Taint.newBuilder()
            .setKey("node.kubernetes.io/unschedulable")
            .setEffect(NO_SCHEDULE)
            .build();

    private Taints() {}

    /** Whether a pod with these tolerations may come to a node with these taints. */
    public static boolean admit(List<Taint> taints, List<Toleration> tolerations) {
        for (Taint taint : taints) {
            boolean isSoft = taint.getEffect().equals(PREFER_NO_SCHEDULE);
            if (!isSoft && !isTolerated(taint, tolerations)) {
                return false;
            }
        }
        return true;
    }

    /** How many taints ask a pod with these tolerations to stay away, without keeping it away. */
    public static int undesired(List<Taint> taints, List<Toleration> tolerations) {
        int undesired = 0;
        for (Taint taint : taints) {
            undesired += taint.getEffect().equals(PREFER_NO_SCHEDULE) && !isTolerated(taint, tolerations) ? 1 : 0;
        }
        return undesired;
    }

    /**
     * Until when a pod with these tolerations may stay on a node with these taints, in milliseconds since the epoch; 0 for not
     * any longer, empty for ever.
     */
    public static OptionalLong staysUntilMs(List<Taint> taints, List<Toleration> tolerations) {
        return taints.stream()
                .filter(taint -> taint.getEffect().equals(NO_EXECUTE))
                .flatMapToLong(taint -> until(taint, tolerations).stream())
                .min();
    }

    private static OptionalLong until(Taint taint, List<Toleration> tolerations) {
        List<Toleration> matching =
                tolerations.stream().filter(one -> matches(one, taint)).toList();
        if (matching.isEmpty()) {
            return OptionalLong.of(0);
        }
        return matching.stream()
                .filter(Toleration::hasSeconds)
                .mapToLong(one -> taint.getAddedAtMs() + Math.max(0, one.getSeconds()) * 1000)
                .min();
    }

    private static boolean isTolerated(Taint taint, List<Toleration> tolerations) {
        for (Toleration toleration : tolerations) {
            if (matches(toleration, taint)) {
                return true;
            }
        }
        return false;
    }

    private static boolean matches(Toleration toleration, Taint taint) {
        boolean isEffect =
                toleration.getEffect().isEmpty() || toleration.getEffect().equals(taint.getEffect());
        boolean isKey = toleration.getKey().isEmpty() || toleration.getKey().equals(taint.getKey());
        return isEffect
                && isKey
                && (toleration.getExists() || toleration.getValue().equals(taint.getValue()));
    }
}
