package dev.gantry.agent.ingress;

import dev.gantry.agent.RouteBook;
import dev.gantry.proto.IngressCertificate;
import dev.gantry.proto.IngressPath;
import dev.gantry.proto.IngressRoute;
import dev.gantry.proto.IngressRule;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which request is for whom. The host that fits best decides, and of its paths the longest that fits, {@code Exact} before {@code Prefix}; then the
 * default backend of the ingresses that name the host, then that of the others. Of what two ingresses say of the same, the older one is right.
 *
 * @param hosts        by what they are called in rules
 * @param otherwise    for what no rule is for
 * @param certificates by what their hosts are called
 * @param redirected   hosts that are only served with TLS
 */
record IngressTable(
        Map<String, HostRules> hosts,
        Optional<Backend> otherwise,
        Map<String, IngressCertificate> certificates,
        Set<String> redirected) {

    static final IngressTable EMPTY = new IngressTable(Map.of(), Optional.empty(), Map.of(), Set.of());

    /** @param paths the one that decides first comes first */
    record HostRules(List<PathRule> paths, Optional<Backend> otherwise) {

        private Optional<Backend> find(String path) {
            return paths.stream()
                    .filter(rule -> rule.fits(path))
                    .findFirst()
                    .map(PathRule::backend)
                    .or(() -> otherwise);
        }
    }

    /** @param path without a slash at its end, if it is a prefix */
    record PathRule(String path, boolean exact, Backend backend) {

        static PathRule of(IngressPath path, Backend backend) {
            String text = path.getPath();
            boolean isFolder = !path.getExact() && text.endsWith("/");
            return new PathRule(isFolder ? text.substring(0, text.length() - 1) : text, path.getExact(), backend);
        }

        /** Prefixes are of whole segments. */
        boolean fits(String asked) {
            return asked.equals(path) || (!exact && asked.startsWith(path + "/"));
        }
    }

    /** Makes a table. */
    static IngressTable of(RouteBook book) {
        return new Drawing(book).table();
    }

    boolean isEmpty() {
        return hosts.isEmpty() && otherwise.isEmpty();
    }

    /**
     * Who a request is for; empty when nobody said so.
     *
     * @param host in small letters
     * @param path as {@link RequestPath} has it
     */
    Optional<Backend> find(String host, String path) {
        return HostNames.fitting(host).stream()
                .filter(hosts::containsKey)
                .findFirst()
                .map(hosts::get)
                .flatMap(rules -> rules.find(path))
                .or(() -> otherwise);
    }

    /** Whether requests without TLS are to come again with it. */
    boolean isRedirected(String host) {
        return HostNames.fitting(host).stream().anyMatch(redirected::contains);
    }

    /** Puts together what the ingresses say, the oldest first. */
    private static final class Drawing {

        private static final Comparator<PathRule> FIRST =
                Comparator.<PathRule>comparingInt(rule -> -rule.path().length()).thenComparing(rule -> !rule.exact());

        private final RouteBook book;
        private final Map<String, List<PathRule>> paths = new HashMap<>();
        private final Map<String, Backend> defaults = new HashMap<>();
        private final Map<String, IngressCertificate> certificates = new HashMap<>();
        private final Set<String> secured = new HashSet<>();
        private final Set<String> redirected = new HashSet<>();
        private Optional<Backend> otherwise = Optional.empty();

        Drawing(RouteBook book) {
            this.book = book;
        }

        IngressTable table() {
            book.ingresses().values().stream()
                    // The sort is stable: then by name.
                    .sorted(Comparator.comparingLong(IngressRoute::getCreatedAtMs))
                    .forEach(this::add);
            Map<String, HostRules> hosts = new HashMap<>();
            paths.forEach((host, rules) -> hosts.put(
                    host,
                    new HostRules(rules.stream().sorted(FIRST).toList(), Optional.ofNullable(defaults.get(host)))));
            return new IngressTable(Map.copyOf(hosts), otherwise, Map.copyOf(certificates), Set.copyOf(redirected));
        }

        private void add(IngressRoute ingress) {
            Optional<Backend> own = ingress.hasDefaultBackend()
                    ? Optional.of(Backend.of(book, ingress, ingress.getDefaultBackend()))
                    : Optional.empty();
            for (IngressRule rule : ingress.getRulesList()) {
                List<PathRule> rules = paths.computeIfAbsent(rule.getHost(), _ -> new ArrayList<>());
                rule.getPathsList()
                        .forEach(path -> rules.add(PathRule.of(path, Backend.of(book, ingress, path.getBackend()))));
                own.ifPresent(backend -> defaults.putIfAbsent(rule.getHost(), backend));
            }
            otherwise = otherwise.or(() -> own);
            for (IngressCertificate certificate : ingress.getCertificatesList()) {
                for (String host : certificate.getHostsList()) {
                    if (!certificate.getChain().isEmpty()) {
                        certificates.putIfAbsent(host, certificate);
                    }
                    if (secured.add(host) && !ingress.getPlain()) {
                        redirected.add(host);
                    }
                }
            }
        }
    }
}
