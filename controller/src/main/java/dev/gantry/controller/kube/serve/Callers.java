package dev.gantry.controller.kube.serve;

import dev.gantry.controller.http.HttpRequest;
import dev.gantry.controller.kube.access.Impersonation;
import dev.gantry.controller.kube.access.Roles;
import dev.gantry.controller.kube.access.ServiceAccountTokens;
import dev.gantry.controller.kube.access.User;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import dev.gantry.controller.kube.refusal.Reason;
import dev.gantry.controller.kube.registry.Clusters;
import dev.gantry.store.Store;
import java.util.Optional;
import java.util.function.Function;

/**
 * Who makes a request.
 *
 * @param users  tells it by other means than tokens
 * @param tokens of service accounts
 */
record Callers(Store store, Function<HttpRequest, Optional<User>> users, ServiceAccountTokens tokens) {

    private static final String BEARER = "Bearer ";

    /**
     * The cluster that a request goes to whose path names none. Clients in pods know no prefix, so the token of their account tells where they
     * are at home.
     */
    String home(HttpRequest request) {
        return users.apply(request).isPresent()
                ? Clusters.DEFAULT
                : token(request)
                        .flatMap(ServiceAccountTokens::claimedCluster)
                        .filter(cluster -> Clusters.exists(store.snapshot(), cluster))
                        .orElse(Clusters.DEFAULT);
    }

    /** @throws KubeRefusal for one who may not act as somebody else, or whose token is not good */
    User actor(HttpRequest request, String cluster) {
        User caller = users.apply(request).or(() -> bearer(request, cluster)).orElse(User.ANONYMOUS);
        return Impersonation.actor(
                request.headers().first("Impersonate-User"),
                request.headers().all("Impersonate-Group"),
                caller,
                new Roles(store.snapshot(), cluster));
    }

    private Optional<User> bearer(HttpRequest request, String cluster) {
        return token(request)
                .map(token -> tokens.read(store.snapshot(), cluster, token)
                        .filter(bearer -> bearer.audiences().contains(ServiceAccountTokens.issuer(cluster)))
                        .map(ServiceAccountTokens.Bearer::user)
                        .orElseThrow(() -> KubeRefusal.of(Reason.UNAUTHORIZED, "Unauthorized")));
    }

    private static Optional<String> token(HttpRequest request) {
        return request.headers()
                .first("Authorization")
                .filter(header -> header.regionMatches(true, 0, BEARER, 0, BEARER.length()))
                .map(header -> header.substring(BEARER.length()).strip());
    }
}
