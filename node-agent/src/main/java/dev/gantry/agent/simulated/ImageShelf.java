package dev.gantry.agent.simulated;

import dev.gantry.agent.engine.LocalImage;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The images that a simulated engine has: names, of which everything else follows. */
final class ImageShelf {

    private final Set<String> references = new TreeSet<>();

    synchronized void add(String reference) {
        references.add(reference);
    }

    synchronized void remove(String reference) {
        references.remove(reference);
    }

    synchronized boolean has(String reference) {
        return references.contains(reference);
    }

    Optional<LocalImage> find(String reference) {
        return has(reference) ? Optional.of(image(reference)) : Optional.empty();
    }

    synchronized List<LocalImage> all() {
        return references.stream().map(ImageShelf::image).toList();
    }

    private static LocalImage image(String reference) {
        String id = id(reference);
        return new LocalImage(id, List.of(reference), List.of(reference + "@" + id));
    }

    static String id(String reference) {
        return "sha256:" + sha256(reference);
    }

    static String sha256(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
