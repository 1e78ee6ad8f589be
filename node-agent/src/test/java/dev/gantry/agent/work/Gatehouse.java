package dev.gantry.agent.work;

import dev.gantry.agent.Residents;
import dev.gantry.agent.Routing;
import dev.gantry.proto.IngressPorts;
import dev.gantry.proto.LocalPod;
import dev.gantry.proto.Routes;
import dev.gantry.proto.ServiceRoute;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Knows no service, remembers which pods there are, and shields them or not. */
final class Gatehouse implements Routing {

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

    @Override
    public void learn(Routes news) {}

    @Override
    public void meet(Residents residents) {}

    @Override
    public Optional<String> nameServer() {
        return Optional.empty();
    }

    @Override
    public Optional<String> network() {
        return Optional.empty();
    }

    @Override
    public boolean isPossible() {
        return false;
    }

    @Override
    public List<ServiceRoute> services(String cluster, String namespace) {
        return List.of();
    }

    @Override
    public IngressPorts ingressPorts() {
        return IngressPorts.getDefaultInstance();
    }
}
