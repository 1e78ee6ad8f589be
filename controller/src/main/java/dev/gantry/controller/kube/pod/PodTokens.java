package dev.gantry.controller.kube.pod;

import com.google.protobuf.ByteString;
import dev.gantry.controller.kube.access.ServiceAccountTokens;
import dev.gantry.controller.kube.access.ServiceAccountTokens.Bound;
import dev.gantry.controller.kube.access.ServiceAccountTokens.Grant;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.proto.Supplies;
import dev.gantry.proto.Supply;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Gives pods tokens of their service accounts, and others before those end. */
final class PodTokens {

    private static final String TOKEN = "token";
    private static final String ACCOUNT = "account";
    private static final String RENEWAL = "renewal";

    /** The part of its life after which a token is replaced, as kubelet does: four fifths. */
    private static final int RENEWAL_NUMERATOR = 4;

    private static final int RENEWAL_DENOMINATOR = 5;

    private final ServiceAccountTokens tokens;

    PodTokens(ServiceAccountTokens tokens) {
        this.tokens = tokens;
    }

    /** What a volume's source refers to. */
    static String name(String audience, long seconds) {
        return seconds + "/" + audience;
    }

    /** The name of the account of a pod. */
    static ObjectName account(PodDocument pod) {
        String name = pod.spec().path("serviceAccountName").asText();
        return pod.name().beside(ServiceAccountTokens.ACCOUNTS, name.isEmpty() ? "default" : name);
    }

    /** The token that the pod has, as long as it is good, or a new one; none while there is no such account. */
    Optional<Supply> supply(PodDocument pod, Optional<KubeDocument> account, String name, Instant now) {
        return account.map(found -> known(pod.record().value().getSupplies(), name)
                .filter(supply -> text(supply, ACCOUNT).equals(found.meta().uid()))
                .filter(supply -> now.isBefore(renewal(supply)))
                .orElseGet(() -> issued(pod, found, name, now)));
    }

    /** When the first of the tokens is to be replaced. */
    static Optional<Instant> nextRenewal(Supplies supplies) {
        return supplies.getSuppliesList().stream()
                .filter(supply -> supply.getKind() == Supply.Kind.TOKEN)
                .map(PodTokens::renewal)
                .min(Instant::compareTo);
    }

    private Supply issued(PodDocument pod, KubeDocument account, String name, Instant now) {
        int slash = name.indexOf('/');
        Duration life = ServiceAccountTokens.life(Long.parseLong(name.substring(0, slash)));
        String audience = name.substring(slash + 1);
        String token = tokens.issue(new Grant(
                account,
                List.of(
                        audience.isEmpty()
                                ? ServiceAccountTokens.issuer(pod.name().cluster())
                                : audience),
                now.plus(life),
                Optional.of(new Bound("Pod", pod.name().name(), pod.meta().uid()))));
        Instant renewal = now.plus(life.multipliedBy(RENEWAL_NUMERATOR).dividedBy(RENEWAL_DENOMINATOR));
        return Supply.newBuilder()
                .setKind(Supply.Kind.TOKEN)
                .setName(name)
                .putData(TOKEN, ByteString.copyFromUtf8(token))
                .putData(ACCOUNT, ByteString.copyFromUtf8(account.meta().uid()))
                .putData(RENEWAL, ByteString.copyFromUtf8(Long.toString(renewal.toEpochMilli())))
                .build();
    }

    private static Optional<Supply> known(Supplies supplies, String name) {
        return supplies.getSuppliesList().stream()
                .filter(supply -> supply.getKind() == Supply.Kind.TOKEN
                        && supply.getName().equals(name))
                .findFirst();
    }

    private static Instant renewal(Supply supply) {
        return Instant.ofEpochMilli(Long.parseLong(text(supply, RENEWAL)));
    }

    private static String text(Supply supply, String key) {
        return supply.getDataOrDefault(key, ByteString.EMPTY).toStringUtf8();
    }
}
