package dev.gantry.controller.kube.access;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.store.Snapshot;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Issues the tokens by which service accounts are known, and reads them: JSON web tokens (RFC 7519) with the claims of
 * Kubernetes. A token is good until it expires, and only as long as its account and the object that it is bound to exist.
 */
public final class ServiceAccountTokens {

    public static final ResourceName ACCOUNTS = ResourceName.core("serviceaccounts");

    /** Where nothing is asked for. */
    public static final int LIFE_SECONDS_DEFAULT = 3600;

    /** Nobody gets a token for less. */
    public static final int LIFE_SECONDS_MIN = 600;

    /** Why, in upstream's words. */
    public static final String TOO_SHORT = "may not specify a duration less than 10 minutes";

    /** A token that was given away is worth nothing after that long, whatever was asked for. */
    private static final Duration LIFE_MAX = Duration.ofDays(1);

    /** Upstream's own name for itself; whoever wants to check tokens elsewhere compares with it. */
    private static final String ISSUER = "https://kubernetes.default.svc.cluster.local";

    private static final String CLUSTERS = "/clusters/";
    private static final String KUBERNETES = "kubernetes.io";
    private static final String NAMESPACE = "namespace";
    private static final String ACCOUNT = "serviceaccount";
    private static final List<String> BOUND_KINDS = List.of("pod", "secret", "node");
    private static final int TOKEN_LENGTH_MAX = 16 * 1024;

    private final ECKey key;
    private final JWSSigner signer;
    private final JWSVerifier verifier;
    private final InstantSource clock;
    private final Supplier<String> ids;

    /**
     * @param keys on the curve P-256
     * @param ids one for each token
     */
    public ServiceAccountTokens(KeyPair keys, InstantSource clock, Supplier<String> ids) {
        try {
            this.key = new ECKey.Builder(Curve.P_256, (ECPublicKey) keys.getPublic())
                    .privateKey((ECPrivateKey) keys.getPrivate())
                    .keyUse(KeyUse.SIGNATURE)
                    .algorithm(JWSAlgorithm.ES256)
                    .keyIDFromThumbprint()
                    .build();
            this.signer = new ECDSASigner(key);
            this.verifier = new ECDSAVerifier(key.toPublicJWK());
        } catch (JOSEException e) {
            throw new IllegalStateException("the keys for tokens of service accounts cannot be used", e);
        }
        this.clock = clock;
        this.ids = ids;
    }

    /**
     * What a token is bound to.
     *
     * @param kind Pod, Secret or Node
     */
    public record Bound(String kind, String name, String uid) {}

    /**
     * What a token is asked for.
     *
     * @param audiences who shall accept it; never empty
     */
    public record Grant(KubeDocument account, List<String> audiences, Instant end, Optional<Bound> bound) {}

    /** Who shall accept a token that names nobody: the API of that cluster itself. */
    public static String issuer(String cluster) {
        return cluster.equals("default") ? ISSUER : ISSUER + CLUSTERS + cluster;
    }

    /** The cluster that a token says it is of, whether or not it is good. */
    public static Optional<String> claimedCluster(String token) {
        if (token.length() > TOKEN_LENGTH_MAX) {
            return Optional.empty();
        }
        try {
            String issuer = SignedJWT.parse(token).getJWTClaimsSet().getIssuer();
            return issuer != null && issuer.startsWith(ISSUER + CLUSTERS)
                    ? Optional.of(issuer.substring((ISSUER + CLUSTERS).length()))
                    : Optional.empty();
        } catch (ParseException _) {
            return Optional.empty();
        }
    }

    /** How long a token is good for that was asked for. */
    public static Duration life(long secondsAsked) {
        Duration asked = Duration.ofSeconds(secondsAsked);
        return asked.compareTo(LIFE_MAX) < 0 ? asked : LIFE_MAX;
    }

    /** The token in its compact form. */
    public String issue(Grant grant) {
        ObjectName account = grant.account().name();
        Map<String, Object> kubernetes = new LinkedHashMap<>();
        kubernetes.put(NAMESPACE, account.namespace());
        kubernetes.put(
                ACCOUNT,
                Map.of("name", account.name(), "uid", grant.account().meta().uid()));
        grant.bound()
                .ifPresent(bound -> kubernetes.put(
                        bound.kind().toLowerCase(Locale.ROOT), Map.of("name", bound.name(), "uid", bound.uid())));
        Date now = Date.from(clock.instant());
        JWTClaimsSet claims = new JWTClaimsSet.Builder()
                .issuer(issuer(account.cluster()))
                .subject("system:serviceaccount:" + account.namespace() + ":" + account.name())
                .audience(grant.audiences())
                .issueTime(now)
                .notBeforeTime(now)
                .expirationTime(Date.from(grant.end()))
                .jwtID(ids.get())
                .claim(KUBERNETES, kubernetes)
                .build();
        JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.ES256)
                .type(JOSEObjectType.JWT)
                .keyID(key.getKeyID())
                .build();
        SignedJWT token = new SignedJWT(header, claims);
        try {
            token.sign(signer);
        } catch (JOSEException e) {
            throw new IllegalStateException("the key for tokens of service accounts cannot sign", e);
        }
        return token.serialize();
    }

    /**
     * Whose token it is.
     *
     * @param audiences who shall accept it
     */
    public record Bearer(User user, List<String> audiences) {}

    /** Whose token it is; empty for one that is not good here and now. */
    public Optional<Bearer> read(Snapshot snapshot, String cluster, String token) {
        if (token.length() > TOKEN_LENGTH_MAX) {
            return Optional.empty();
        }
        try {
            SignedJWT parsed = SignedJWT.parse(token);
            boolean isOurs = JWSAlgorithm.ES256.equals(parsed.getHeader().getAlgorithm()) && parsed.verify(verifier);
            return isOurs ? read(snapshot, cluster, parsed.getJWTClaimsSet()) : Optional.empty();
        } catch (ParseException | JOSEException _) {
            return Optional.empty();
        }
    }

    private Optional<Bearer> read(Snapshot snapshot, String cluster, JWTClaimsSet claims) throws ParseException {
        Date now = Date.from(clock.instant());
        Map<String, Object> kubernetes = claims.getJSONObjectClaim(KUBERNETES);
        Date end = claims.getExpirationTime();
        Date begin = claims.getNotBeforeTime();
        boolean isNow = issuer(cluster).equals(claims.getIssuer())
                && end != null
                && now.before(end)
                && begin != null
                && !now.before(begin);
        if (!isNow || kubernetes == null) {
            return Optional.empty();
        }
        String namespace = String.valueOf(kubernetes.get(NAMESPACE));
        Optional<Bound> account = bound(kubernetes, ACCOUNT);
        boolean isAlive = account.filter(found -> exists(snapshot, cluster, namespace, found))
                        .isPresent()
                && BOUND_KINDS.stream()
                        .flatMap(kind -> bound(kubernetes, kind).stream())
                        .allMatch(found -> exists(snapshot, cluster, namespace, found));
        return isAlive
                ? account.map(found -> new Bearer(User.serviceAccount(namespace, found.name()), claims.getAudience()))
                : Optional.empty();
    }

    private static Optional<Bound> bound(Map<String, Object> kubernetes, String kind) {
        return kubernetes.get(kind) instanceof Map<?, ?> members
                ? Optional.of(new Bound(kind, String.valueOf(members.get("name")), String.valueOf(members.get("uid"))))
                : Optional.empty();
    }

    private static boolean exists(Snapshot snapshot, String cluster, String namespace, Bound bound) {
        return uid(snapshot, cluster, namespace, bound.kind(), bound.name())
                .filter(bound.uid()::equals)
                .isPresent();
    }

    /** The uid of an object that a token may be bound to, if it exists. */
    public static Optional<String> uid(Snapshot snapshot, String cluster, String namespace, String kind, String name) {
        return switch (kind.toLowerCase(Locale.ROOT)) {
            case "pod" ->
                PodDocument.find(snapshot, new ObjectName(cluster, ResourceName.PODS, namespace, name))
                        .map(pod -> pod.meta().uid());
            case "secret" -> object(snapshot, new ObjectName(cluster, ResourceName.core("secrets"), namespace, name));
            case ACCOUNT -> object(snapshot, new ObjectName(cluster, ACCOUNTS, namespace, name));
            default -> Optional.empty();
        };
    }

    private static Optional<String> object(Snapshot snapshot, ObjectName name) {
        return KubeDocument.find(snapshot, name).map(found -> found.meta().uid());
    }

    /** With which anybody can check tokens, as RFC 7517 draws it. */
    public ObjectNode keySet() {
        String set = new JWKSet(key.toPublicJWK()).toString();
        return Json.object(ByteString.copyFrom(set, StandardCharsets.UTF_8));
    }

    /** What OpenID Connect Discovery 1.0 wants to know of the issuer of a cluster's tokens. */
    public static ObjectNode configuration(String cluster, String keySetUrl) {
        ObjectNode configuration = Json.object().put("issuer", issuer(cluster)).put("jwks_uri", keySetUrl);
        configuration.putArray("response_types_supported").add("id_token");
        configuration.putArray("subject_types_supported").add("public");
        configuration.putArray("id_token_signing_alg_values_supported").add("ES256");
        return configuration;
    }
}
