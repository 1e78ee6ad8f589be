package dev.gantry.controller.identity;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;

/** What all controllers of a cluster share beside the authority. Made on the first start, the same ever after. */
public final class ClusterSecrets {

    private static final String KEY_ID_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static final int KEY_ID_LENGTH = 16;
    private static final int SECRET_BYTES = 30;
    private static final int UID_BYTES = 8;
    private static final int HMAC_BYTES = 32;

    private final Vault vault;
    private final SecureRandom chance;

    public ClusterSecrets(Vault vault, SecureRandom chance) {
        this.vault = vault;
        this.chance = chance;
    }

    /** Tells this cluster's containers from those of another on the same engine; 16 hexadecimal digits. */
    public String clusterUid() throws InterruptedException {
        return new String(
                vault.obtain(
                        "cluster-uid",
                        () -> HexFormat.of().formatHex(random(UID_BYTES)).getBytes(UTF_8)),
                UTF_8);
    }

    /** The key of the HMAC that makes page tokens unforgeable. */
    public byte[] pageTokenKey() throws InterruptedException {
        return vault.obtain("page-token-key", () -> random(HMAC_BYTES));
    }

    /** Signs the tokens of service accounts; on the curve P-256. */
    public KeyPair serviceAccountKeys() throws InterruptedException {
        byte[] stored = vault.obtain("service-account-keys", ClusterSecrets::newKeys);
        String[] parts = new String(stored, UTF_8).split("\n", -1);
        Base64.Decoder base64 = Base64.getDecoder();
        try {
            KeyFactory factory = KeyFactory.getInstance("EC");
            return new KeyPair(
                    factory.generatePublic(new X509EncodedKeySpec(base64.decode(parts[0]))),
                    factory.generatePrivate(new PKCS8EncodedKeySpec(base64.decode(parts[1]))));
        } catch (GeneralSecurityException e) {
            throw new IdentityException("the keys for tokens of service accounts are damaged: " + e.getMessage(), e);
        }
    }

    private static byte[] newKeys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair keys = generator.generateKeyPair();
            Base64.Encoder base64 = Base64.getEncoder();
            return (base64.encodeToString(keys.getPublic().getEncoded())
                            + "\n"
                            + base64.encodeToString(keys.getPrivate().getEncoded()))
                    .getBytes(UTF_8);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has the curve P-256", e);
        }
    }

    /** What is given replaces what is stored; what is neither given nor stored is made up. */
    public RootCredentials rootCredentials(Optional<String> accessKeyId, Optional<String> secretAccessKey)
            throws InterruptedException {
        byte[] settled = vault.settle("root-credentials", stored -> {
            Optional<RootCredentials> before = stored.map(ClusterSecrets::decode);
            return encode(new RootCredentials(
                    accessKeyId
                            .or(() -> before.map(RootCredentials::accessKeyId))
                            .orElseGet(this::newKeyId),
                    secretAccessKey
                            .or(() -> before.map(RootCredentials::secretAccessKey))
                            .orElseGet(this::newSecret)));
        });
        return decode(settled);
    }

    private static byte[] encode(RootCredentials credentials) {
        if (credentials.accessKeyId().isBlank() || credentials.secretAccessKey().isBlank()) {
            throw new IdentityException("the root access key and its secret must not be empty");
        }
        return (credentials.accessKeyId() + "\n" + credentials.secretAccessKey()).getBytes(UTF_8);
    }

    private static RootCredentials decode(byte[] stored) {
        String text = new String(stored, UTF_8);
        int end = text.indexOf('\n');
        return new RootCredentials(text.substring(0, end), text.substring(end + 1));
    }

    private String newKeyId() {
        StringBuilder id = new StringBuilder("AKIA");
        for (int i = 0; i < KEY_ID_LENGTH; i++) {
            id.append(KEY_ID_LETTERS.charAt(chance.nextInt(KEY_ID_LETTERS.length())));
        }
        return id.toString();
    }

    private String newSecret() {
        return Base64.getEncoder().encodeToString(random(SECRET_BYTES));
    }

    private byte[] random(int bytes) {
        byte[] random = new byte[bytes];
        chance.nextBytes(random);
        return random;
    }
}
