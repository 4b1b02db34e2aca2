/*
 * tickwire_fuzz SEED ROUNDS SOURCE SCRATCH TOPIC FILE...: copies the files of a channel and its journal (shm/registry, shm/ring-..., data/logs/...) from
 * SOURCE to SCRATCH with random damage, subscribes to the copy and touches every byte that is handed out. It must neither crash nor hang.
 * Prints how often each result came.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tickwire_itch.h"
#include "tickwire_subscribe.h"

#define MAX_FILES 32
#define MOST_POLLS 20000

typedef struct {
    const char *name;
    uint8_t *sound;
    uint8_t *damaged;
    size_t length;
    size_t used; /* up to its trailing zeros */
    size_t cut_to;
    bool stale; /* the copy is not a sound one */
} victim;

static uint64_t random_state;
static uint32_t crc_table[8][256];
static uint64_t results[20];
static volatile uint64_t sum;

static uint64_t next_random(uint64_t bound) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (random_state >> 11) % bound;
}

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static bool ends_with(const char *name, const char *suffix) {
    const size_t length = strlen(name);
    return length >= strlen(suffix) && strcmp(name + length - strlen(suffix), suffix) == 0;
}

static void load(const char *source, victim *file) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", source, file->name);
    const int fd = open(path, O_RDONLY);
    struct stat status;
    if (fd < 0 || fstat(fd, &status) != 0) {
        fail(path);
    }
    file->length = (size_t)status.st_size;
    file->sound = (uint8_t *)malloc(file->length + 1);
    file->damaged = (uint8_t *)malloc(file->length + 1);
    if (tw_read_at(fd, file->sound, file->length, 0) != (int64_t)file->length) {
        fail(path);
    }
    close(fd);
    file->used = file->length;
    while (file->used > 64 && file->sound[file->used - 1] == 0) {
        file->used--;
    }
    file->stale = true;
}

/* A place in the part that is used, more often than not where something is decided. */
static size_t place(const victim *file, size_t bytes) {
    const size_t used = file->used;
    size_t at = (size_t)next_random(used);
    if (strstr(file->name, "shm/") != NULL && next_random(2) == 0) {
        at = (at & ~(size_t)63) + (size_t)next_random(64) % 24;
    }
    if (next_random(4) == 0) {
        at = (size_t)next_random(used < 1024 ? used : 1024);
    }
    return at + bytes > used ? used - bytes : at;
}

static void damage(victim *file) {
    static const uint64_t words[] = {0, 1, UINT64_MAX, 0x7FFFFFFF, 0x80000000, 0xC0000000, 0x3FFFFFFF, UINT64_C(1) << 62, 64, 4096};
    switch (next_random(8)) {
    case 0:
        file->cut_to = (size_t)next_random(file->length + 1);
        break;
    case 1:
        memset(file->damaged + place(file, 16), (int)next_random(256), 16);
        break;
    case 2:
    case 3: {
        const uint64_t word = words[next_random(10)];
        const size_t bytes = next_random(2) == 0 ? 4 : 8;
        memcpy(file->damaged + place(file, bytes), &word, bytes);
        break;
    }
    case 4: {
        const uint64_t word = next_random(UINT32_MAX);
        memcpy(file->damaged + place(file, 4), &word, 4);
        break;
    }
    default:
        file->damaged[place(file, 1)] ^= (uint8_t)(1u << next_random(8));
        break;
    }
}

/* Makes checksums right again, so that what they protect is looked at. */
static void forge(victim *file) {
    if (ends_with(file->name, "manifest")) {
        uint8_t *line = file->damaged;
        for (uint8_t *at = file->damaged; at + 4 < file->damaged + file->length; at++) {
            line = memcmp(at, "\ncrc ", 5) == 0 ? at + 1 : line;
        }
        char text[16];
        const int length = snprintf(text, sizeof text, "crc %x\n", tw_crc(crc_table, file->damaged, (size_t)(line - file->damaged)));
        if (line + length <= file->damaged + file->length) {
            memcpy(line, text, (size_t)length);
        }
    }
    for (size_t at = 0; ends_with(file->name, ".cq4") && at + 4 + TW_BATCH_HEADER_BYTES < file->length;) {
        uint32_t header;
        memcpy(&header, file->damaged + at, 4);
        const size_t length = header & 0x3FFFFFFF;
        if (header == 0 || at + 4 + length > file->length) {
            break;
        }
        if ((header & TW_ENTRY_METADATA) == 0 && length > TW_BATCH_HEADER_BYTES) {
            uint8_t *batch = file->damaged + at + 4;
            const uint32_t crc = tw_crc(crc_table, batch + 21, length - 21);
            for (int i = 0; i < 4; i++) {
                batch[17 + i] = (uint8_t)(crc >> (24 - 8 * i));
            }
        }
        at = (at + 4 + length + 3) & ~(size_t)3;
    }
}

static void store(const char *scratch, const victim *file) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", scratch, file->name);
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, S_IRUSR | S_IWUSR);
    if (fd < 0 || write(fd, file->damaged, file->cut_to) != (ssize_t)file->cut_to) {
        fail(path);
    }
    close(fd);
}

static void touch(const uint8_t *bytes, uint32_t length) {
    for (uint32_t i = 0; bytes != NULL && i < length; i++) {
        sum += bytes[i];
    }
}

static void cut_ring(const char *scratch, victim *files, int count) {
    for (int i = 0; i < count; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", scratch, files[i].name);
        if (strstr(files[i].name, "shm/ring-") != NULL) {
            files[i].stale = true;
            if (truncate(path, (off_t)next_random(files[i].length)) != 0) {
                fail(path);
            }
        }
    }
}

static void read_all(const char *scratch, const char *topic, victim *files, int count) {
    char shm[4096];
    char data[4096];
    static const char *const symbols[] = {"AAPL", "MSFT"};
    tw_settings settings;
    memset(&settings, 0, sizeof settings);
    snprintf(shm, sizeof shm, "%s/shm", scratch);
    snprintf(data, sizeof data, "%s/data", scratch);
    settings.directory = shm;
    settings.data_directory = data;
    settings.topic = topic;
    settings.from = (int64_t)next_random(3) - 2;
    settings.from = settings.from == 0 ? (int64_t)next_random(3000) : settings.from;
    settings.policy = (tw_policy)next_random(4);
    settings.patience_ns = 1;
    settings.conflation_slots = 64;
    settings.feed_message = next_random(2) == 0 ? tw_itch50 : NULL;
    if (next_random(8) == 0) {
        settings.symbols = symbols;
        settings.symbol_count = 2;
    }
    tw_subscription subscription;
    if (tw_subscribe(&subscription, &settings) != TW_OK) {
        fail("tw_subscribe");
    }
    int empty = 0;
    const bool cuts = next_random(4) == 0;
    const uint64_t cut_at = next_random(200);
    for (uint64_t polls = 0; polls < MOST_POLLS && empty < 8; polls++) {
        if (cuts && polls == cut_at) {
            cut_ring(scratch, files, count);
        }
        tw_record record;
        memset(&record, 0, sizeof record);
        const int rc = tw_poll_guarded(&subscription, &record);
        results[rc < 0 ? 19 + rc : rc]++;
        if (rc == TW_RECORD) {
            touch(record.key, record.key_length);
            touch(record.value, record.value_length);
            touch(record.headers, record.headers_length);
        }
        empty = rc == TW_EMPTY || rc == TW_ENDED || rc < 0 ? empty + 1 : 0;
    }
    tw_unsubscribe(&subscription);
}

int main(int argc, char **argv) {
    static victim files[MAX_FILES];
    const int count = argc - 6;
    if (count < 1 || count > MAX_FILES || tw_guard_install() != TW_OK) {
        return 2;
    }
    random_state = strtoull(argv[1], NULL, 10) * UINT64_C(0x9E3779B97F4A7C15) | 1;
    tw_crc_init(crc_table);
    for (int i = 0; i < count; i++) {
        files[i].name = argv[6 + i];
        load(argv[3], &files[i]);
    }
    for (int64_t round = strtoll(argv[2], NULL, 10); round > 0; round--) {
        bool hit[MAX_FILES] = {false};
        for (int i = 0; i < count; i++) {
            if (files[i].stale) {
                memcpy(files[i].damaged, files[i].sound, files[i].length);
                files[i].cut_to = files[i].length;
            }
        }
        for (uint64_t hits = 1 + next_random(6); hits > 0; hits--) {
            const int i = (int)next_random((uint64_t)count);
            hit[i] = true;
            damage(&files[i]);
            if (next_random(2) == 0) {
                forge(&files[i]);
            }
        }
        for (int i = 0; i < count; i++) {
            if (files[i].stale || hit[i]) {
                store(argv[4], &files[i]);
            }
            files[i].stale = hit[i];
        }
        read_all(argv[4], argv[5], files, count);
    }
    for (int i = 0; i < 20; i++) {
        printf("%llu%c", (unsigned long long)results[i], i == 19 ? '\n' : ' ');
    }
    for (int i = 0; i < count; i++) {
        free(files[i].sound);
        free(files[i].damaged);
    }
    return 0;
}
