package dev.gantry.controller.identity;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import dev.gantry.proto.SealedSecret;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HexFormat;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;

/**
 * Seals secrets with AES-256-GCM under the cluster key. The record's path is sealed in, so that two ciphertexts cannot be
 * swapped.
 */
public final class Seal {

    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final ClusterKey key;
    private final SecureRandom chance;

    public Seal(ClusterKey key, SecureRandom chance) {
        this.key = key;
        this.chance = chance;
    }

    public SealedSecret seal(String path, byte[] secret) {
        // Random and never stored elsewhere, so that no nonce is used twice under a key.
        byte[] nonce = new byte[NONCE_BYTES];
        chance.nextBytes(nonce);
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, path, nonce).doFinal(secret);
            return SealedSecret.newBuilder()
                    .setKeyId(key.id())
                    .setNonce(ByteString.copyFrom(nonce))
                    .setCiphertext(ByteString.copyFrom(sealed))
                    .build();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot seal " + path, e);
        }
    }

    /**
     * The secret that was sealed.
     *
     * @throws IdentityException when it was sealed under another key, for another record, or was damaged
     */
    public byte[] open(String path, SealedSecret sealed) {
        if (!sealed.getKeyId().equals(key.id())) {
            throw new IdentityException("the store's secrets are sealed under cluster key "
                    + HexFormat.of().formatHex(sealed.getKeyId().toByteArray()) + ", but this controller has "
                    + key + "; copy cluster.key from the first controller of this cluster to " + key.file()
                    + " and start again");
        }
        try {
            return cipher(Cipher.DECRYPT_MODE, path, sealed.getNonce().toByteArray())
                    .doFinal(sealed.getCiphertext().toByteArray());
        } catch (AEADBadTagException e) {
            throw new IdentityException("the sealed record " + path + " was damaged or belongs elsewhere", e);
        } catch (GeneralSecurityException e) {
            throw new IdentityException("cannot open the sealed record " + path + ": " + e.getMessage(), e);
        }
    }

    private Cipher cipher(int mode, String path, byte[] nonce) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key.forAes(), new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(path.getBytes(UTF_8));
        return cipher;
    }
}
