package dev.gantry.agent.engine;

import java.util.List;

/**
 * An image that the engine has.
 *
 * @param id "sha256:..."
 * @param tags "name:tag"
 * @param digests "name@sha256:..." of the registries it came from; none for an image that was built here
 */
public record LocalImage(String id, List<String> tags, List<String> digests) {

    /** The digest under which a registry knows it, or its own id. */
    public String digest() {
        return digests.stream()
                .map(digest -> digest.substring(digest.indexOf('@') + 1))
                .findFirst()
                .orElse(id);
    }

    public boolean isFromRegistry() {
        return !digests.isEmpty();
    }
}
