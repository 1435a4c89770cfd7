-- A bucket with interval refill, as in IntervalBucket. N is the limit's place.
--@ numbers capacity_N, permits_N, period_N
--@ state x_N, y_N
--@ initial
    x_N, y_N = capacity_N, 0
--@ advance
    if x_N ~= capacity_N and now - y_N >= period_N then
      x_N = x_N + floor((now - y_N) / period_N) * permits_N
      if x_N >= capacity_N then
        x_N, y_N = capacity_N, 0
      else
        y_N = now - (now - y_N) % period_N
      end
    end
--@ is-initial x_N == capacity_N
--@ available x_N
--@ admits cost <= x_N
--@ charge
    if x_N == capacity_N then
      y_N = now
    end
    x_N = x_N - cost
--@ reset ceil((capacity_N - x_N) / permits_N) * period_N - now + y_N
