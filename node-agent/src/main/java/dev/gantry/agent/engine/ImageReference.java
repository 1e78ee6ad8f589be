package dev.gantry.agent.engine;

/**
 * The parts of an image's reference.
 *
 * @param name with its registry, as written
 * @param tag "latest" when neither tag nor digest is given; empty beside a digest
 * @param digest "sha256:..." or empty
 */
public record ImageReference(String name, String tag, String digest) {

    private static final String HUB = "docker.io";

    public static ImageReference parse(String reference) {
        int at = reference.indexOf('@');
        String digest = at < 0 ? "" : reference.substring(at + 1);
        String named = at < 0 ? reference : reference.substring(0, at);
        int colon = named.lastIndexOf(':');
        boolean tagged = colon > named.lastIndexOf('/');
        String name = tagged ? named.substring(0, colon) : named;
        String tag = tagged ? named.substring(colon + 1) : digest.isEmpty() ? "latest" : "";
        return new ImageReference(name, tag, digest);
    }

    /** "host", "host:port", or the hub's name. */
    public String registry() {
        int slash = name.indexOf('/');
        String first = slash < 0 ? "" : name.substring(0, slash);
        boolean host = first.contains(".") || first.contains(":") || first.equals("localhost");
        return host ? first : HUB;
    }
}
