package dev.gantry.controller.kube.type;

import java.util.List;

/**
 * A part of an object with a path of its own.
 *
 * @param group   of what is sent to it; that of the object's own kind for {@code status}
 * @param version likewise
 */
public record Subresource(String name, String group, String version, String kind, List<String> verbs) {

    public static final String STATUS = "status";
    public static final String SCALE = "scale";
    public static final String EPHEMERAL_CONTAINERS = "ephemeralcontainers";

    static Subresource scale() {
        return new Subresource(SCALE, "autoscaling", "v1", "Scale", List.of("get", "patch", "update"));
    }
}
