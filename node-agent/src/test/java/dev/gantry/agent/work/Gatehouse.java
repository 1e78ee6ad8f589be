package dev.gantry.agent.work;

import dev.gantry.agent.NoRouting;
import dev.gantry.proto.LocalPod;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Knows no service, remembers which pods there are, and shields them or not. */
final class Gatehouse extends NoRouting {

    private final Map<String, LocalPod> pods = new ConcurrentHashMap<>();
    private volatile String problem = "";

    /** @param why no pod is shielded from now on; empty when all are */
    void problem(String why) {
        problem = why;
    }

    Optional<LocalPod> housed(String workload) {
        return Optional.ofNullable(pods.get(workload));
    }

    @Override
    public void house(String workload, Optional<LocalPod> pod) {
        pod.ifPresentOrElse(found -> pods.put(workload, found), () -> pods.remove(workload));
    }

    @Override
    public Optional<String> shield(String workload, LocalPod pod) {
        return Optional.of(problem).filter(why -> !why.isEmpty());
    }
}
