package dev.gantry.e2e.simulation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.gantry.controller.http.Body;
import dev.gantry.controller.http.ClientGoneException;
import dev.gantry.controller.http.Headers;
import dev.gantry.controller.http.HttpRequest;
import dev.gantry.controller.http.HttpResponse;
import dev.gantry.controller.http.ResponseStream;
import dev.gantry.controller.kube.access.ServiceAccountTokens;
import dev.gantry.controller.kube.access.User;
import dev.gantry.controller.kube.custom.ClusterTypes;
import dev.gantry.controller.kube.pod.PodCompiler;
import dev.gantry.controller.kube.registry.Creation;
import dev.gantry.controller.kube.registry.Registries;
import dev.gantry.controller.kube.registry.ServiceRange;
import dev.gantry.controller.kube.serve.KubeApi;
import dev.gantry.controller.kube.serve.KubeSetup;
import dev.gantry.controller.kube.type.ResourceTypes;
import dev.gantry.controller.kube.watch.Fanout;
import dev.gantry.controller.resource.Samples;
import dev.gantry.store.UnavailableException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The Kubernetes API of one controller, without a network before it. */
final class SimKube implements AutoCloseable {

    static final String CLUSTER = "default";

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final User ADMINISTRATOR = new User("admin", List.of(User.MASTERS));
    /** Nobody checks a token here, so one pair does for all. */
    private static final KeyPair KEYS = keys();

    /** Nothing is measured. */
    private static final Samples SAMPLES = new Samples() {
        @Override
        public boolean areHere(Instant now) {
            return false;
        }

        @Override
        public Optional<Sample> of(String nodeId, Instant now) {
            return Optional.empty();
        }
    };

    private final SimController controller;
    private final Creation creation;
    private final ServiceAccountTokens tokens;
    private final Fanout fanout;
    private final KubeApi api;

    SimKube(SimController controller, Dice dice) {
        this.controller = controller;
        Registries registries = new Registries(new PodCompiler(), ServiceRange.DEFAULT);
        this.creation = new Creation(registries, () -> new UUID(dice.next(), dice.next()).toString(), "PEM");
        this.tokens = new ServiceAccountTokens(KEYS, controller.clock(), dice::id);
        // Nobody watches.
        this.fanout = new Fanout(controller.store(), (_, _, _) -> List.of());
        this.api = new KubeApi(new KubeApi.Parts(
                controller.store(),
                new ClusterTypes(ResourceTypes.builtIn()),
                creation,
                fanout,
                (node, _) -> {
                    throw new UnavailableException("node " + node + " has no side channels here");
                },
                SAMPLES,
                _ -> Optional.of(ADMINISTRATOR),
                tokens,
                controller.clock(),
                () -> letters(dice),
                "1"));
    }

    private static KeyPair keys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has elliptic curves", e);
        }
    }

    private static String letters(Dice dice) {
        StringBuilder letters = new StringBuilder();
        for (int i = 0; i < 5; i++) {
            letters.append((char) ('a' + dice.below(26)));
        }
        return letters.toString();
    }

    Creation creation() {
        return creation;
    }

    ServiceAccountTokens tokens() {
        return tokens;
    }

    /** Namespaces, roles, and what else a cluster has from the start. */
    void setUp() throws InterruptedException {
        KubeSetup.ensure(controller.store(), creation, CLUSTER, controller.clock());
    }

    /** An answer as a whole. */
    record Answer(int status, JsonNode json) {
        String message() {
            return status + " " + json.path("message").asText();
        }
    }

    /** @param type of the body */
    Answer call(String method, String target, String type, String body) throws InterruptedException {
        String path = target.replaceFirst("\\?.*", "");
        Headers headers = Headers.of("Content-Type", type, "User-Agent", "simulated");
        Whole answer = new Whole();
        try {
            api.handle(
                    new HttpRequest(method, target, path, headers, Body.of(body.replace('\'', '"')), "127.0.0.1", true),
                    answer);
        } catch (ClientGoneException e) {
            throw new IllegalStateException("nobody goes here", e);
        }
        return answer.read();
    }

    @Override
    public void close() {
        fanout.close();
    }

    private static final class Whole implements ResponseStream {
        private @Nullable HttpResponse answer;

        @Override
        public void answer(HttpResponse whole) {
            answer = whole;
        }

        @Override
        public void begin(int status, Headers headers) {
            throw new UnsupportedOperationException("nothing is asked here that is answered bit by bit");
        }

        @Override
        public void write(byte[] bytes) {
            throw new UnsupportedOperationException("nothing is asked here that is answered bit by bit");
        }

        @Override
        public boolean gone() {
            return false;
        }

        private Answer read() {
            if (answer == null) {
                throw new Violation("I4", "a request of the Kubernetes API has no answer");
            }
            try {
                return new Answer(answer.status(), JSON.readTree(answer.body().bytes()));
            } catch (JsonProcessingException e) {
                throw new IllegalStateException(e);
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }
}
