package dev.gantry.controller.ack;

import dev.gantry.controller.ecs.document.EcsLookup;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What the object of a resource is called, which follows from its name in ECS alone: the name itself where it can be the name
 * of an object, else a likeness of it with a fingerprint. A service of another cluster than the default one has its
 * cluster's name after a dot, as no name in ECS has dots.
 */
final class ObjectNames {

    /** All objects are here: the resources of ECS know no namespaces. */
    static final String NAMESPACE = "default";

    private static final int PLAIN_MAX = 100;
    private static final int LIKENESS_MAX = 80;
    private static final int FINGERPRINT_DIGITS = 12;
    private static final Pattern PLAIN = Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?");
    private static final Pattern FINGERPRINTED = Pattern.compile("(.*-)?x[0-9a-f]{12}");
    private static final Pattern UNFIT = Pattern.compile("[^a-z0-9]+");
    private static final Pattern HYPHENS_AROUND = Pattern.compile("^-+|-+$");

    private ObjectNames() {}

    /** Of a cluster or a family. */
    static String of(String name) {
        return isPlain(name) ? name : likeness(name);
    }

    static String ofService(String cluster, String name) {
        return cluster.equals(EcsLookup.DEFAULT_CLUSTER) ? of(name) : of(name) + "." + of(cluster);
    }

    /** The part of a service's object name that stands for the cluster; empty for the default cluster. */
    static Optional<String> cluster(String objectName) {
        int dot = objectName.indexOf('.');
        return dot < 0 ? Optional.empty() : Optional.of(objectName.substring(dot + 1));
    }

    /** The part of an object name that stands for the resource itself. */
    static String own(String objectName) {
        int dot = objectName.indexOf('.');
        return dot < 0 ? objectName : objectName.substring(0, dot);
    }

    /** Whether the part of an object name is a name in ECS itself. */
    static boolean isPlain(String part) {
        return part.length() <= PLAIN_MAX
                && PLAIN.matcher(part).matches()
                && !FINGERPRINTED.matcher(part).matches();
    }

    private static String likeness(String name) {
        String fit = UNFIT.matcher(name.toLowerCase(Locale.ROOT)).replaceAll("-");
        String likeness = HYPHENS_AROUND
                .matcher(fit.substring(0, Math.min(fit.length(), LIKENESS_MAX)))
                .replaceAll("");
        return likeness + (likeness.isEmpty() ? "x" : "-x") + fingerprint(name);
    }

    private static String fingerprint(String name) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, FINGERPRINT_DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
