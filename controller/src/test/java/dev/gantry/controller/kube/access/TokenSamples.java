package dev.gantry.controller.kube.access;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicInteger;

/** Tokens of service accounts for tests. */
public final class TokenSamples {

    private TokenSamples() {}

    /** With keys of their own. */
    public static ServiceAccountTokens tokens(InstantSource clock) {
        AtomicInteger ids = new AtomicInteger();
        return new ServiceAccountTokens(keys(), clock, () -> "token-" + ids.incrementAndGet());
    }

    private static KeyPair keys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
