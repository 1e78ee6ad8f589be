package dev.gantry.controller.kube.serve;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.dispatch.AgentChannel;
import dev.gantry.controller.http.ClientGoneException;
import dev.gantry.controller.http.HttpRequest;
import dev.gantry.controller.http.HttpResponse;
import dev.gantry.controller.http.Refusal;
import dev.gantry.controller.http.ResponseStream;
import dev.gantry.controller.http.Routes;
import dev.gantry.controller.http.Socket;
import dev.gantry.controller.http.StreamHandler;
import dev.gantry.controller.kube.access.Deed;
import dev.gantry.controller.kube.access.Reviews;
import dev.gantry.controller.kube.access.Roles;
import dev.gantry.controller.kube.access.ServiceAccountTokens;
import dev.gantry.controller.kube.access.User;
import dev.gantry.controller.kube.custom.ClusterTypes;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import dev.gantry.controller.kube.refusal.Reason;
import dev.gantry.controller.kube.registry.Clusters;
import dev.gantry.controller.kube.registry.Creation;
import dev.gantry.controller.kube.registry.Registries;
import dev.gantry.controller.kube.scale.Scales;
import dev.gantry.controller.kube.type.Custom;
import dev.gantry.controller.kube.type.ResourceTypes;
import dev.gantry.controller.kube.type.Subresource;
import dev.gantry.controller.kube.watch.Fanout;
import dev.gantry.controller.resource.RefusedException;
import dev.gantry.controller.resource.Samples;
import dev.gantry.proto.OpenChannel;
import dev.gantry.store.Store;
import dev.gantry.store.UnavailableException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;

/** The front door: finds out who asks for what, whether they may, and who answers. */
public final class KubeApi {

    /**
     * What it is made of.
     *
     * @param users    tells who makes a request; nobody for those who do not say
     * @param samples  of what nodes and pods use
     * @param tokens   of service accounts, by which others than the users say who they are
     * @param suffixes five letters each, for names that are made here
     * @param version  of Gantry
     */
    public record Parts(
            Store store,
            ClusterTypes types,
            Creation creation,
            Fanout fanout,
            Nodes nodes,
            Samples samples,
            Function<HttpRequest, Optional<User>> users,
            ServiceAccountTokens tokens,
            InstantSource clock,
            Supplier<String> suffixes,
            String version) {}

    /** Opens side channels to the machines that pods run on. */
    @FunctionalInterface
    public interface Nodes {
        AgentChannel open(String nodeId, OpenChannel request) throws InterruptedException;
    }

    private static final Set<String> SESSIONS = Set.of("exec", "attach", "portforward");

    private static final Set<String> HEALTH = Set.of("healthz", "livez", "readyz");

    private final Parts parts;
    private final Callers callers;
    private final Lists lists;
    private final Watches watches;
    private final Writes writes;
    private final Patches patches;
    private final PodLogs logs;
    private final PodSessions sessions;
    private final TokenRequests tokens;

    public KubeApi(Parts parts) {
        this.parts = parts;
        this.callers = new Callers(parts.store(), parts.users(), parts.tokens());
        Registries registries = parts.creation().registries();
        this.lists = new Lists(parts.store(), registries, parts.samples(), parts.clock());
        this.watches = new Watches(parts.store(), parts.fanout(), lists, parts.clock());
        this.writes = new Writes(parts.store(), parts.creation(), lists, parts.clock(), parts.suffixes());
        this.patches = new Patches(writes);
        PodChannels channels = new PodChannels(parts.store(), parts.nodes());
        this.logs = new PodLogs(channels, parts.clock());
        this.sessions = new PodSessions(channels, parts.clock());
        this.tokens = new TokenRequests(parts.store(), parts.tokens(), parts.clock());
    }

    public void mount(Routes routes) {
        routes.stream("/*", new Front());
        routes.upgrades(this::handleWebSocket);
        routes.upgrades(PodSessions.SPDY, this::handleSpdy);
    }

    /** Clients of Kubernetes ask again by themselves when they are told so in a Status. */
    private final class Front implements StreamHandler {
        @Override
        public void handle(HttpRequest request, ResponseStream stream)
                throws InterruptedException, ClientGoneException {
            KubeApi.this.handle(request, stream);
        }

        @Override
        public HttpResponse refuse(Refusal refusal, String requestId) {
            return Answers.refusal(refusal).with("X-Request-Id", requestId);
        }
    }

    /** What clients of WebSockets may choose from. */
    public static List<String> socketProtocols() {
        return PodSessions.SOCKET_PROTOCOLS;
    }

    private void handleWebSocket(HttpRequest request, Socket socket) throws InterruptedException, ClientGoneException {
        if (!hold(request, socket, sessions::overWebSocket)) {
            handle(request, new SocketStream(socket));
        }
    }

    private void handleSpdy(HttpRequest request, Socket socket) throws InterruptedException, ClientGoneException {
        if (!hold(request, socket, sessions::overSpdy)) {
            socket.refuse(Answers.refusal(KubeRefusal.badRequest(
                    "only " + String.join(", ", new TreeSet<>(SESSIONS)) + " are served over " + PodSessions.SPDY)));
        }
    }

    /** A way to hold a session. */
    private interface Way {
        void hold(Call call, Socket socket) throws InterruptedException, ClientGoneException;
    }

    /** Says false when the request is not about a session. */
    private boolean hold(HttpRequest request, Socket socket, Way way) throws InterruptedException, ClientGoneException {
        try {
            if (!(target(request) instanceof Target.Objects target) || !SESSIONS.contains(target.subresource())) {
                return false;
            }
            User user = callers.actor(request, target.cluster());
            Call call = new Call(request, target, Query.parse(request.query()), user);
            // Whatever the method: who may only read shall not do so by running commands.
            admit(call, "create");
            way.hold(call, socket);
        } catch (KubeRefusal refusal) {
            socket.refuse(Answers.refusal(refusal));
        } catch (RefusedException e) {
            socket.refuse(Answers.refusal(KubeRefusal.of(Reason.CONFLICT, String.valueOf(e.getMessage()))));
        } catch (UnavailableException e) {
            socket.refuse(Answers.refusal(KubeRefusal.of(Reason.UNAVAILABLE, String.valueOf(e.getMessage()))));
        }
        return true;
    }

    /** Answers one request, for those who do not come by way of an edge as well. */
    public void handle(HttpRequest request, ResponseStream stream) throws InterruptedException, ClientGoneException {
        try {
            Query query = Query.parse(request.query());
            switch (target(request)) {
                case Target.Plain plain ->
                    stream.answer(plain(plain, request, callers.actor(request, plain.cluster())));
                case Target.Objects target ->
                    objects(new Call(request, target, query, callers.actor(request, target.cluster())), stream);
            }
        } catch (KubeRefusal refusal) {
            stream.answer(Answers.refusal(refusal));
        } catch (RefusedException e) {
            stream.answer(Answers.refusal(KubeRefusal.badRequest(String.valueOf(e.getMessage()))));
        } catch (UnavailableException e) {
            stream.answer(Answers.refusal(KubeRefusal.of(Reason.UNAVAILABLE, String.valueOf(e.getMessage()))));
        }
    }

    private ResourceTypes types(String cluster) {
        return parts.types().of(parts.store().snapshot(), cluster);
    }

    private Target target(HttpRequest request) {
        Target target = Target.parse(this::types, request.path(), () -> callers.home(request));
        if (!Clusters.exists(parts.store().snapshot(), target.cluster())) {
            throw KubeRefusal.of(
                    Reason.NOT_FOUND,
                    "there is no cluster \"" + target.cluster()
                            + "\" here; to have one, start Gantry with --kube-clusters NAME");
        }
        return target;
    }

    private HttpResponse plain(Target.Plain target, HttpRequest request, User user) {
        List<String> path = target.segments();
        if (!request.method().equals("GET")) {
            throw KubeRefusal.of(
                    Reason.METHOD_NOT_ALLOWED, "the server does not allow this method on the requested resource");
        }
        if (path.size() == 1 && HEALTH.contains(path.getFirst())) {
            return health();
        }
        if (path.equals(List.of("version"))) {
            return Answers.json(200, version());
        }
        admit(user, target.cluster(), Deed.at("get", target.path()));
        if (path.equals(List.of(".well-known", "openid-configuration"))) {
            return Answers.json(200, ServiceAccountTokens.configuration(target.cluster(), keySetUrl(request)));
        }
        if (path.equals(List.of("openid", "v1", "jwks"))) {
            return Answers.json(200, parts.tokens().keySet());
        }
        Optional<HttpResponse> answer = Optional.empty();
        if (!path.isEmpty() && path.getFirst().equals("openapi")) {
            String prefix = request.path().startsWith("/clusters/") ? "/clusters/" + target.cluster() : "";
            answer = new OpenApi(types(target.cluster()), parts.version())
                    .answer(
                            prefix,
                            path.subList(1, path.size()),
                            request.headers().first("Accept").orElse(""));
        } else if (!path.isEmpty()) {
            answer = new Discovery(types(target.cluster()))
                    .answer(path, request.headers().first("Accept").orElse(""));
        }
        return answer.orElseThrow(KubeRefusal::unknownPath);
    }

    /** Beside the document that names it. */
    private static String keySetUrl(HttpRequest request) {
        String prefix = request.path().substring(0, request.path().indexOf("/.well-known"));
        return "https://" + request.headers().first("Host").orElse("localhost") + prefix + "/openid/v1/jwks";
    }

    private void objects(Call call, ResponseStream stream) throws InterruptedException, ClientGoneException {
        String verb = verb(call);
        admit(call, verb);
        Target.Objects target = call.target();
        boolean isServed = target.subresource().isEmpty()
                ? target.type().verbs().contains(verb)
                : target.type()
                        .subresource(target.subresource())
                        .map(sub -> sub.verbs().contains(verb))
                        .orElse(false);
        if (!isServed) {
            throw KubeRefusal.of(
                    Reason.METHOD_NOT_ALLOWED, "the server does not allow this method on the requested resource");
        }
        if (verb.equals("watch")) {
            watches.stream(call, stream);
        } else if (target.subresource().equals("log")) {
            logs.stream(call, stream);
        } else {
            List<String> warnings =
                    target.type().custom().flatMap(Custom::warning).stream().toList();
            stream.answer(Answers.warned(answer(call, verb), warnings));
        }
    }

    private HttpResponse answer(Call call, String verb) throws InterruptedException {
        Target.Objects target = call.target();
        return switch (verb) {
            case "get" ->
                target.subresource().equals(Subresource.SCALE)
                        ? Answers.json(200, Scales.of(target.type()).draw(lists.object(call)))
                        : lists.get(call);
            case "list" -> lists.list(call);
            case "create" -> create(call);
            case "update" -> writes.replace(call);
            case "delete" -> writes.delete(call);
            case "deletecollection" -> writes.deleteAll(call);
            default -> patches.patch(call, () -> admit(call, "create"));
        };
    }

    private HttpResponse create(Call call) throws InterruptedException {
        return switch (call.target().subresource()) {
            case "" -> call.target().type().isStored() ? writes.create(call) : review(call);
            case "exec", "attach", "portforward" -> throw sessions.refusal(call);
            case "eviction" -> writes.evict(call);
            case "token" -> tokens.create(call);
            default ->
                throw KubeRefusal.of(
                        Reason.NOT_IMPLEMENTED,
                        "the subresource " + call.target().subresource() + " is not served yet");
        };
    }

    private HttpResponse review(Call call) {
        ObjectNode question = Bodies.object(call).object();
        if (call.target().type().kind().equals("TokenReview")) {
            return Answers.json(201, tokens.review(question, call.target().cluster()));
        }
        Roles roles = new Roles(parts.store().snapshot(), call.target().cluster());
        return Answers.json(201, new Reviews(roles).answer(call.target().type().kind(), question, call.user()));
    }

    private void admit(Call call, String verb) {
        Target.Objects target = call.target();
        Deed deed = new Deed(
                verb,
                target.type().name().group(),
                target.type().name().plural(),
                target.subresource(),
                namespace(target),
                target.name(),
                "");
        admit(call.user(), target.cluster(), deed);
    }

    private void admit(User user, String cluster, Deed deed) {
        if (user.isAnonymous()) {
            throw KubeRefusal.of(Reason.UNAUTHORIZED, "Unauthorized");
        }
        if (!new Roles(parts.store().snapshot(), cluster).allow(user, deed)) {
            throw deed.path().isEmpty()
                    ? KubeRefusal.forbidden(
                            new ResourceName(deed.group(), deed.resource()), deed.name(), deed.refusal(user))
                    : KubeRefusal.of(Reason.FORBIDDEN, "forbidden: " + deed.refusal(user));
        }
    }

    /** A namespace's own roles say what may be done with it. */
    private static String namespace(Target.Objects target) {
        return target.type().name().equals(ResourceName.NAMESPACES) ? target.name() : target.namespace();
    }

    private static String verb(Call call) {
        boolean isOne = !call.target().name().isEmpty();
        return switch (call.http().method()) {
            case "GET", "HEAD" -> {
                if (call.target().subresource().isEmpty()
                        && (call.target().watch() || call.query().flag("watch"))) {
                    yield "watch";
                }
                yield isOne ? "get" : "list";
            }
            case "POST" -> "create";
            case "PUT" -> "update";
            case "PATCH" -> "patch";
            case "DELETE" -> isOne ? "delete" : "deletecollection";
            default -> "";
        };
    }

    private HttpResponse health() {
        return parts.store().isConnected()
                ? HttpResponse.text(200, "ok")
                : HttpResponse.text(500, "[-]store failed: it cannot be reached\n");
    }

    private ObjectNode version() {
        return Json.object()
                .put("major", "1")
                .put("minor", "32")
                .put("gitVersion", "v1.32.0+gantry-" + parts.version())
                .put("gitCommit", "")
                .put("gitTreeState", "clean")
                .put("buildDate", "1970-01-01T00:00:00Z")
                .put("goVersion", "none")
                .put("compiler", "javac")
                .put("platform", "linux/amd64");
    }
}
