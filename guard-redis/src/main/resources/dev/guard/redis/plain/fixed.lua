-- A fixed window that the first charge opens, as in FixedWindow. N is the limit's place.
--@ numbers capacity_N, period_N
--@ state x_N, y_N
--@ initial
    x_N, y_N = 0, 0
--@ advance
    if now - y_N >= period_N then
      x_N, y_N = 0, 0
    end
--@ is-initial x_N == 0
--@ available capacity_N - x_N
--@ admits cost + x_N <= capacity_N
--@ charge
    if x_N == 0 then
      y_N = now
    end
    x_N = x_N + cost
--@ reset y_N + period_N - now
