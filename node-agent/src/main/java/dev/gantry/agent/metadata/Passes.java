package dev.gantry.agent.metadata;

import dev.gantry.agent.DurableFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What containers show when they ask: the task's id and something that nobody can guess. A pass follows from its container and a secret of
 * this node, so that it is good for as long as the container lives, whatever becomes of the agent.
 */
final class Passes {

    private static final String ALGORITHM = "HmacSHA256";
    private static final int SECRET_BYTES = 32;
    private static final int PROOF_BYTES = 16;

    private final byte[] secret;

    Passes(byte[] secret) {
        this.secret = secret.clone();
    }

    /** Those of an earlier process; empty when there was none that gave any. */
    static Optional<Passes> read(Path file) throws IOException {
        return Files.exists(file) ? Optional.of(new Passes(Files.readAllBytes(file))) : Optional.empty();
    }

    /** With a new secret, which is on disk when this returns. */
    static Passes make(Path file, SecureRandom chance) throws IOException {
        byte[] secret = new byte[SECRET_BYTES];
        chance.nextBytes(secret);
        DurableFile.write(file, secret);
        return new Passes(secret);
    }

    /** The pass of a container. */
    String of(String scope, String task, String container) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret, ALGORITHM));
            byte[] proof = mac.doFinal((scope + "/" + task + "/" + container).getBytes(StandardCharsets.UTF_8));
            return task + "-" + HexFormat.of().formatHex(proof, 0, PROOF_BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
        }
    }

    /** The task that a pass is said to be of; whether it is, {@link #isOf} tells. */
    static String task(String pass) {
        return pass.substring(0, Math.max(0, pass.lastIndexOf('-')));
    }

    /** A path for the log, without its proof. */
    static String hidden(String path) {
        return path.replaceAll("-[0-9a-f]{32}", "-...");
    }

    boolean isOf(String scope, String task, String container, String pass) {
        byte[] own = of(scope, task, container).getBytes(StandardCharsets.UTF_8);
        return MessageDigest.isEqual(own, pass.getBytes(StandardCharsets.UTF_8));
    }
}
