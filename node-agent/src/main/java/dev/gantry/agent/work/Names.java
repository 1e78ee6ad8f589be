package dev.gantry.agent.work;

import dev.gantry.proto.DesiredWorkload;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/** Names that follow from what they name, so that making a thing twice finds the first one. */
final class Names {

    private static final int DIGITS = 20;
    private static final int PREFIX_MAX = 100;

    /** "kube/cluster/namespace" for a pod. */
    private static final int SCOPE_PARTS = 3;

    private Names() {}

    static String key(DesiredWorkload workload) {
        return key(workload.getScope(), workload.getId());
    }

    static String key(String scope, String id) {
        return scope + "/" + id;
    }

    /**
     * Of the Kubernetes API.
     *
     * @param cluster that it is in
     */
    record Namespace(String cluster, String name) {}

    /** The one that a pod is in; empty for what is none. */
    static Optional<Namespace> namespace(DesiredWorkload workload) {
        return namespace(workload.getScope());
    }

    /** The same by the scope; tasks have another kind of it. */
    static Optional<Namespace> namespace(String scope) {
        String[] parts = scope.split("/", SCOPE_PARTS);
        return parts.length == SCOPE_PARTS ? Optional.of(new Namespace(parts[1], parts[2])) : Optional.empty();
    }

    static String container(DesiredWorkload workload, String container) {
        String prefix = workload.getSpec().getNamePrefix();
        String readable = (prefix.isEmpty() ? "gantry" : prefix).replaceAll("[^a-zA-Z0-9_.-]", "-");
        String shortened = readable.substring(0, Math.min(PREFIX_MAX, readable.length()));
        return shortened + "-" + container + "-" + hash(key(workload) + "/" + container);
    }

    static String volume(DesiredWorkload workload, String volume) {
        return "gantry-" + hash(key(workload) + "/" + volume) + "-" + volume.replaceAll("[^a-zA-Z0-9_.-]", "-");
    }

    static String group(DesiredWorkload workload) {
        return group(workload.getScope(), workload.getId());
    }

    static String group(String scope, String id) {
        return hash(key(scope, id));
    }

    private static String hash(String text) {
        try {
            byte[] sum = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(sum).substring(0, DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
