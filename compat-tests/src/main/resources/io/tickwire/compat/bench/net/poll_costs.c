/* The loops of PollCosts.java in C, for the same DPDK and the same virtual devices; prints "NAME NANOSECONDS" for each. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <rte_bus_vdev.h>
#include <rte_eal.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>

#define BURST 32

static struct rte_mempool *pool;

/* The thread's own time: other processes on the machine do not count. */
static uint64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static uint16_t open_port(const char *name, const char *args)
{
    struct rte_eth_conf conf;
    uint16_t port;
    memset(&conf, 0, sizeof conf);
    conf.rxmode.mtu = 1500;
    if (rte_eal_hotplug_add("vdev", name, args) != 0 || rte_eth_dev_get_port_by_name(name, &port) != 0 ||
        rte_eth_dev_configure(port, 1, 1, &conf) != 0 ||
        rte_eth_rx_queue_setup(port, 0, 1024, SOCKET_ID_ANY, NULL, pool) != 0 ||
        rte_eth_tx_queue_setup(port, 0, 1024, SOCKET_ID_ANY, NULL) != 0 || rte_eth_dev_start(port) != 0) {
        fprintf(stderr, "cannot open %s\n", name);
        exit(1);
    }
    return port;
}

static void report(const char *name, uint64_t began, uint64_t operations)
{
    printf("%s %.3f\n", name, (double)(now_ns() - began) / (double)operations);
}

static void empty_poll(uint16_t port, uint64_t polls)
{
    struct rte_mbuf *burst[BURST];
    uint64_t got = 0;
    const uint64_t began = now_ns();
    for (uint64_t i = 0; i < polls; i++)
        got += rte_eth_rx_burst(port, 0, burst, BURST);
    report("empty-poll", began, polls);
    if (got != 0)
        exit(1);
}

static void allocate_free(uint64_t frames)
{
    const uint64_t began = now_ns();
    for (uint64_t i = 0; i < frames; i++)
        rte_pktmbuf_free(rte_pktmbuf_alloc(pool));
    report("allocate-free", began, frames);
}

static void receive_free(uint16_t port, uint64_t frames)
{
    struct rte_mbuf *burst[BURST];
    uint64_t sum = 0;
    const uint64_t began = now_ns();
    for (uint64_t i = 0; i < frames;) {
        const uint16_t n = rte_eth_rx_burst(port, 0, burst, BURST);
        for (uint16_t k = 0; k < n; k++) {
            sum += rte_pktmbuf_mtod(burst[k], const uint16_t *)[6];
            rte_pktmbuf_free(burst[k]);
        }
        i += n;
    }
    report("receive-read-free", began, frames);
    if (sum == 1)
        puts("");
}

static void circulate(uint16_t port, uint64_t frames)
{
    struct rte_mbuf *burst[BURST];
    uint64_t sum = 0;
    for (int k = 0; k < BURST; k++) {
        burst[k] = rte_pktmbuf_alloc(pool);
        memset(rte_pktmbuf_append(burst[k], 64), 0, 64);
    }
    rte_eth_tx_burst(port, 0, burst, BURST);
    const uint64_t began = now_ns();
    for (uint64_t i = 0; i < frames;) {
        const uint16_t n = rte_eth_rx_burst(port, 0, burst, BURST);
        for (uint16_t k = 0; k < n; k++)
            sum += rte_pktmbuf_mtod(burst[k], const uint16_t *)[6];
        uint16_t sent = 0;
        while (sent < n)
            sent += rte_eth_tx_burst(port, 0, burst + sent, n - sent);
        i += n;
    }
    report("receive-read-send", began, frames);
    if (sum == 1)
        puts("");
}

int main(int argc, char **argv)
{
    const int used = rte_eal_init(argc, argv);
    if (used < 0 || argc - used < 2)
        return 1;
    const uint64_t count = strtoull(argv[used + 1], NULL, 10);
    pool = rte_pktmbuf_pool_create("costs", 8191, 256, 0, 2048 + 128, SOCKET_ID_ANY);
    if (pool == NULL)
        return 1;
    const uint16_t ring = open_port("net_ring0", "");
    const uint16_t null = open_port("net_null0", "size=64");
    empty_poll(ring, count);
    allocate_free(count);
    receive_free(null, count);
    circulate(ring, count);
    return 0;
}
