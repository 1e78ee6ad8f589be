package dev.gantry.agent.connection;

import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code --join TOKEN@HOST:PORT} says.
 *
 * @param fingerprint SHA-256 of the certificate of the cluster's authority, in base 36
 * @param secret      said only to who has proved to be that cluster
 */
public record Invitation(String fingerprint, String tokenId, byte[] secret, HostPort controller) {

    private static final Pattern FORM = Pattern.compile("GANTRY1-([0-9a-z]{50})-([0-9a-f]+)\\.([0-9a-f]{32})@(.+)");

    /**
     * Reads what was given with {@code --join}.
     *
     * @throws LinkException saying what the text should look like
     */
    public static Invitation parse(String text) {
        Matcher matcher = FORM.matcher(text.strip());
        if (!matcher.matches()) {
            throw new LinkException("this is not a join token: it looks like GANTRY1-<hash>-<id>.<secret>@HOST:PORT;"
                    + " copy the whole line that 'gantry token' printed");
        }
        return new Invitation(
                matcher.group(1),
                matcher.group(2),
                HexFormat.of().parseHex(matcher.group(3)),
                HostPort.parse(matcher.group(4)));
    }

    /** Without the secret: what prints a record prints this. */
    @Override
    public String toString() {
        return "Invitation[" + tokenId + "@" + controller + "]";
    }
}
