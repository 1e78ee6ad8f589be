package dev.gantry.controller.ecs;

import com.google.protobuf.ByteString;
import dev.gantry.aws.ecs.ExecuteCommandRequest;
import dev.gantry.aws.ecs.ExecuteCommandResponse;
import dev.gantry.aws.ecs.Session;
import dev.gantry.controller.aws.AwsException;
import dev.gantry.controller.aws.Caller;
import dev.gantry.controller.ecs.document.EcsLookup;
import dev.gantry.controller.ecs.document.Refusals;
import dev.gantry.controller.ecs.view.TaskView;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.ContainerSpec;
import dev.gantry.proto.ExecSession;
import dev.gantry.proto.Leader;
import dev.gantry.proto.Phase;
import dev.gantry.proto.Readiness;
import dev.gantry.proto.Workload;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** ExecuteCommand: promises a session with a container, which whoever has its token may begin once and soon, at the leader. */
final class ExecuteCommandOperations {

    /** Until it is begun; it may last for longer. */
    private static final Duration BEGUN_WITHIN = Duration.ofMinutes(2);

    private static final int PROMISED_MAX = 1000;
    private static final int ID_DIGITS = 17;

    private final EcsParts parts;
    private final Writes writes;
    private final EcsLookup lookup;

    ExecuteCommandOperations(EcsParts parts, Writes writes) {
        this.parts = parts;
        this.writes = writes;
        this.lookup = new EcsLookup(parts.arns());
    }

    ExecuteCommandResponse execute(ExecuteCommandRequest request, Caller caller) throws InterruptedException {
        if (!request.interactive()) {
            throw Refusals.invalid("Interactive is the only mode supported currently.");
        }
        List<String> words = CommandWords.split(request.command());
        String id = "ecs-execute-command-" + parts.ids().get().substring(0, ID_DIGITS);
        String token = parts.ids().get() + parts.ids().get();
        return writes.decide(snapshot -> {
            String cluster = lookup.cluster(snapshot, request.cluster()).value().getName();
            Workload task = task(snapshot, cluster, request.task());
            String container = container(task, request.container());
            checkReach(snapshot, task, container);
            String url = url(snapshot, id);
            if (snapshot.count(Kinds.EXEC_SESSION) >= PROMISED_MAX) {
                throw new AwsException(
                        "ThrottlingException",
                        "There are " + PROMISED_MAX + " sessions that nobody has begun yet. Try again in a minute.");
            }
            ExecSession session = ExecSession.newBuilder()
                    .setId(id)
                    .setTokenSha256(ByteString.copyFrom(sha256(token)))
                    .setExpiresAtMs(parts.clock().instant().plus(BEGUN_WITHIN).toEpochMilli())
                    .setScope(cluster)
                    .setWorkloadId(task.getId())
                    .setContainer(container)
                    .addAllCommand(words)
                    .setPrincipal(caller.principalArn())
                    .build();
            return new Decision<>(
                    Transaction.builder()
                            .create(Kinds.EXEC_SESSION.key("", id), session)
                            .build(),
                    _ -> answer(session, url, token));
        });
    }

    private ExecuteCommandResponse answer(ExecSession session, String url, String token) {
        String cluster = session.getScope();
        return ExecuteCommandResponse.builder()
                .clusterArn(parts.arns().cluster(cluster))
                .taskArn(parts.arns().task(cluster, session.getWorkloadId()))
                .containerArn(parts.arns().container(cluster, session.getWorkloadId(), session.getContainer()))
                .containerName(session.getContainer())
                .interactive(true)
                .session(Session.builder()
                        .sessionId(session.getId())
                        .streamUrl(url)
                        .tokenValue(token)
                        .build())
                .build();
    }

    private Workload task(Snapshot snapshot, String cluster, String reference) {
        return snapshot.get(Kinds.WORKLOAD.key(cluster, lookup.taskId(cluster, reference)))
                .map(Versioned::value)
                .filter(TaskView::isTask)
                .orElseThrow(() -> Refusals.invalid("The referenced task was not found."));
    }

    private static String container(Workload task, @Nullable String asked) {
        List<String> names = task.getSpec().getContainersList().stream()
                .map(ContainerSpec::getName)
                .toList();
        if (asked == null || asked.isEmpty()) {
            if (names.size() > 1) {
                throw Refusals.invalid(
                        "A container name must be specified, because the task has several containers: " + names + ".");
            }
            return names.getFirst();
        }
        if (!names.contains(asked)) {
            throw Refusals.invalid("The task has no container " + asked + "; it has " + names + ".");
        }
        return asked;
    }

    private static void checkReach(Snapshot snapshot, Workload task, String container) {
        if (!TaskView.origin(task).getEnableExecuteCommand()) {
            throw Refusals.invalid(
                    "The execute command failed because execute command was not enabled when the task was run or the"
                            + " execute command agent isn't running. Wait and try again or run a new task with execute"
                            + " command enabled and try again.");
        }
        boolean runs = !Workloads.isStopped(task)
                && task.getObserved().getContainersList().stream()
                        .anyMatch(status -> status.getName().equals(container) && status.getPhase() == Phase.RUNNING);
        if (!runs) {
            throw unreached("The container " + container + " does not run.");
        }
        boolean heard = snapshot.get(Kinds.NODE.key("", task.getPlacement().getNode()))
                .filter(node -> node.value().getReadiness() == Readiness.READY)
                .isPresent();
        if (!heard) {
            throw unreached("The container instance of the task is not connected.");
        }
    }

    private static AwsException unreached(String why) {
        return new AwsException("TargetNotConnectedException", "The execute command failed. " + why);
    }

    /** Nodes are connected to the leader. */
    private static String url(Snapshot snapshot, String session) {
        String api = snapshot.get(Kinds.LEADER_KEY)
                .map(Versioned::value)
                .map(Leader::getApiUrl)
                .orElseThrow(() -> unreached("No controller leads at the moment. Try again."));
        return api.replaceFirst("^http", "ws") + "/v1/data-channel/" + session + "?role=publish_subscribe";
    }

    private static byte[] sha256(String token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
